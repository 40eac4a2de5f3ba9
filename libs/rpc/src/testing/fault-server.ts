import { once } from 'node:events';
import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo } from 'node:net';
import { metadataKeys } from '../metadata-keys';

/**
 * What happens to one attempt of a call. What begins with `ran` happens after its handler ran.
 *
 * - `refuse`: the stream is refused, as after a GOAWAY.
 * - `keep out`: a draining server of ours refuses the call.
 * - `ran, end`: a draining server of ours ends the call.
 * - `ran, cut`: the connection breaks.
 * - `ran, reset`: the stream is reset.
 * - `ran, unavailable`: a status without details, such as a proxy's.
 * - `ran, answer`: the handler answers.
 */
export const faults = [
  'refuse',
  'keep out',
  'ran, end',
  'ran, cut',
  'ran, reset',
  'ran, unavailable',
  'ran, answer',
] as const;
export type Fault = (typeof faults)[number];

/** The metadata that names a call, so that its attempts are known. */
export const callKey = 'x-test-call';

/** A server of gRPC's wire format whose handlers answer with an empty message, and that fails as it is told. */
export interface FaultServer {
  port: number;
  /** How often the handler ran, by call. */
  runs: Map<string, number>;
  /** How many attempts came in. */
  attempts(): number;
  close(): Promise<void>;
}

/** @param nextFault what happens to the attempt that came in, by the name of its call */
export async function startFaultServer(nextFault: (call: string) => Fault): Promise<FaultServer> {
  const runs = new Map<string, number>();
  const sessions = new Set<ServerHttp2Session>();
  let attempts = 0;
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined).on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    attempts++;
    const call = String(headers[callKey]);
    stream.on('error', () => undefined);
    const fault = nextFault(call);
    if (fault.startsWith('ran')) runs.set(call, (runs.get(call) ?? 0) + 1);
    inject(fault, stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    runs,
    attempts: () => attempts,
    async close() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function inject(fault: Fault, stream: ServerHttp2Stream): void {
  switch (fault) {
    case 'refuse':
      return stream.close(constants.NGHTTP2_REFUSED_STREAM);
    case 'keep out':
      return answerOnly(stream, { 'grpc-status': '14', [metadataKeys.drain]: 'refused' });
    case 'ran, end':
      return answerOnly(stream, { 'grpc-status': '14', [metadataKeys.drain]: 'ended' });
    case 'ran, cut':
      return stream.session?.destroy();
    case 'ran, reset':
      return stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    case 'ran, unavailable':
      return answerOnly(stream, { 'grpc-status': '14', 'grpc-message': 'upstream connect error' });
    case 'ran, answer':
      return answer(stream);
  }
}

/** A status and nothing else. */
function answerOnly(stream: ServerHttp2Stream, trailers: Record<string, string>): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...trailers }, { endStream: true });
}

function answer(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  // One message, uncompressed, of no bytes.
  stream.end(Buffer.alloc(5));
}
