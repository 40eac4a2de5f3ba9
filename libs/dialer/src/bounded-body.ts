import { type Readable } from 'node:stream';
import { destinationUnreachable, responseTooLarge } from './dialer-errors';

/**
 * Yields a body's chunks up to a limit. Leaving the loop early closes the connection.
 *
 * @param explain makes the error of a body that broke off; the default says that the connection failed
 * @throws WeftError FAILED_PRECONDITION `RESPONSE_TOO_LARGE`, UNAVAILABLE `DESTINATION_UNREACHABLE`
 */
export async function* boundedBody(
  body: Readable,
  host: string,
  limitBytes: number,
  explain: (cause: unknown) => Error = (cause) => destinationUnreachable(host, cause),
): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > limitBytes) throw responseTooLarge(host, limitBytes);
      yield chunk;
    }
  } catch (error) {
    throw bytes > limitBytes ? error : explain(error);
  } finally {
    body.destroy();
  }
}
