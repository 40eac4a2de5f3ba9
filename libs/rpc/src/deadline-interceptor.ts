import { type ServerInterceptor, ServerInterceptingCall, status } from '@grpc/grpc-js';
import { metadataBytesMax, metadataKeys } from './metadata-keys';

/**
 * Hands the client's deadline on as metadata (grpc-js keeps it to itself) and refuses calls with too much metadata.
 * Whatever a client sent under that name itself is dropped.
 */
export const deadlineInterceptor: ServerInterceptor = (_method, call) =>
  new ServerInterceptingCall(call, {
    start(next) {
      next({
        onReceiveMetadata(metadata, forward) {
          metadata.remove(metadataKeys.deadline);
          const deadline = call.getDeadline();
          const deadlineMs = deadline instanceof Date ? deadline.getTime() : deadline;
          if (Number.isFinite(deadlineMs)) metadata.set(metadataKeys.deadline, String(deadlineMs));
          if (sizeOf(metadata.getMap()) > metadataBytesMax) {
            call.sendStatus({
              code: status.RESOURCE_EXHAUSTED,
              details: `Metadata must have at most ${metadataBytesMax} bytes.`,
            });
            return;
          }
          forward(metadata);
        },
      });
    },
  });

function sizeOf(entries: Record<string, string | Buffer>): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(entries)) bytes += key.length + value.length;
  return bytes;
}
