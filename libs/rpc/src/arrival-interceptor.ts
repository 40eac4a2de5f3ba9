import { type Metadata, type ServerInterceptor, ServerInterceptingCall, status } from '@grpc/grpc-js';
import { metadataKeys } from './metadata-keys';
import { entryBytes, metadataBytesMax, metadataLimitMessage } from './metadata-size';

/** What grpc-js and proxies add to what a caller sends. */
const transportBytesMax = 1024;

/**
 * Hands the client's deadline on as metadata (grpc-js keeps it to itself) and refuses calls with too much metadata.
 * Whatever a client sent under that name itself is dropped.
 */
export const deadlineInterceptor: ServerInterceptor = (_method, call) =>
  new ServerInterceptingCall(call, {
    start(next) {
      next({
        onReceiveMetadata(metadata, forward) {
          if (sizeOf(metadata) > metadataBytesMax + transportBytesMax) {
            call.sendStatus({ code: status.RESOURCE_EXHAUSTED, details: metadataLimitMessage });
            return;
          }
          metadata.remove(metadataKeys.deadline);
          const deadline = call.getDeadline();
          const deadlineMs = deadline instanceof Date ? deadline.getTime() : deadline;
          if (Number.isFinite(deadlineMs)) metadata.set(metadataKeys.deadline, String(deadlineMs));
          forward(metadata);
        },
      });
    },
  });

function sizeOf(metadata: Metadata): number {
  let bytes = 0;
  for (const key of Object.keys(metadata.getMap())) bytes += entryBytes(key, metadata.get(key));
  return bytes;
}
