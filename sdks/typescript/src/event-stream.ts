import type { DescMessage, Message } from '@bufbuild/protobuf';
import { errorOfStatus, StreamTruncatedError } from './errors';
import type { ErrorStatus } from './gen/weft/common/v1/status_pb';

/**
 * The responses of a streaming RPC, as they come. The call begins with the first `next()`; leaving a `for await` loop, or aborting the signal,
 * cancels it.
 *
 * Where responses are numbered, a missing one throws StreamTruncatedError. Where they are events that end with `completed` or `failed`, an end
 * without either throws StreamTruncatedError, and `failed` throws the error that it tells of. Heartbeats are left out.
 */
export type EventStream<Response> = AsyncGenerator<Response, void, undefined>;

/** What the stream contract calls its parts. Only of types that `checkedEvents` has found to have them. */
interface NumberedEvent {
  sequence?: bigint;
  event?: { case: string | undefined; value?: { error?: ErrorStatus } };
}

/** Passes responses on and throws where they do not keep the stream contract, as far as their type declares it. */
export async function* checkedEvents<Response extends Message>(
  responses: AsyncIterable<Response>,
  type: DescMessage,
): EventStream<Response> {
  const isNumbered = type.fields.some(({ name }) => name === 'sequence');
  const members = type.oneofs.find(({ name }) => name === 'event')?.fields ?? [];
  const hasEnd = members.some(({ name }) => name === 'completed');
  let sequence = 0n;
  let isOver = false;
  for await (const response of responses) {
    const numbered = response as NumberedEvent;
    if (isOver) throw new StreamTruncatedError('The stream went on after its terminal event.');
    sequence += 1n;
    if (isNumbered && numbered.sequence !== sequence)
      throw new StreamTruncatedError(
        `Event ${sequence} of the stream is missing; ${numbered.sequence} came.`,
      );
    const kind = hasEnd ? numbered.event?.case : undefined;
    if (kind === 'failed') throw errorOfStatus(numbered.event?.value?.error);
    isOver = kind === 'completed';
    if (kind !== 'heartbeat') yield response;
  }
  if (hasEnd && !isOver) throw new StreamTruncatedError('The stream ended without its terminal event.');
}
