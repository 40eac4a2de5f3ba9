import { type Metadata, type ServerInterceptor, ServerInterceptingCall, status } from '@grpc/grpc-js';
import { metadataKeys } from './metadata-keys';
import { entryBytes, metadataBytesMax, metadataLimitMessage } from './metadata-size';

/** What grpc-js and proxies add to what a caller sends. */
const transportBytesMax = 1024;

/**
 * What must be done with a call before nice-grpc sees it: refuses too much metadata, hands on the client's deadline, which grpc-js
 * keeps to itself, and keeps a cancellation from looking like the end of the requests.
 */
export const arrivalInterceptor: ServerInterceptor = (method, call) =>
  new ServerInterceptingCall(call, {
    start(next) {
      next({
        onReceiveMetadata(metadata, forward) {
          if (sizeOf(metadata) > metadataBytesMax + transportBytesMax) {
            call.sendStatus({ code: status.RESOURCE_EXHAUSTED, details: metadataLimitMessage });
            return;
          }
          // Whatever a client sent under that name itself is dropped.
          metadata.remove(metadataKeys.deadline);
          const deadline = call.getDeadline();
          const deadlineMs = deadline instanceof Date ? deadline.getTime() : deadline;
          if (Number.isFinite(deadlineMs)) metadata.set(metadataKeys.deadline, String(deadlineMs));
          forward(metadata);
        },
        // grpc-js hears of the end of a reset stream before it hears of the reset, and forwards nothing after that.
        ...(method.requestStream && {
          onReceiveHalfClose: (forward: () => void) => void setImmediate(forward),
        }),
      });
    },
  });

function sizeOf(metadata: Metadata): number {
  let bytes = 0;
  for (const key of Object.keys(metadata.getMap())) bytes += entryBytes(key, metadata.get(key));
  return bytes;
}
