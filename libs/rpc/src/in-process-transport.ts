import { internal, unavailable } from '@weft/errors';
import { type Logger } from '@weft/runtime';
import { Metadata } from 'nice-grpc-common';
import { Admission } from './admission';
import { type RpcCallOptions } from './caller';
import { messageTooLarge } from './client-error';
import { type Endpoint, typedEndpoints } from './endpoint';
import { internalMessageBytesMax } from './grpc-options';
import { inProcessBidi } from './in-process-bidi';
import { type ArrivingContext, type InboundOptions } from './inbound-call';
import { mappedStream } from './mapped-stream';
import { checkMetadataSize } from './metadata-size';
import { knownMethod, type RawCalls } from './raw-calls';
import { type RpcService } from './rpc-service';
import { type Transport } from './transport';
import { typedClient } from './typed-client';

/** Services within this process, called with the bytes and through the pipeline that calls from outside pass. */
export interface InProcessTransport extends Transport {
  /** Offers services; they can be called from then on. */
  add(services: RpcService[]): void;
  /**
   * Lets no call in any more and waits for those inside; after `timeoutMs` ends them with a retryable error. Drain the doors of the
   * process first: a call that still comes from one of them can then no longer call others.
   */
  drain(timeoutMs: number): Promise<void>;
}

export interface InProcessTransportOptions {
  logger: Logger;
  /** The largest message, in bytes. Default: what services exchange, 48 MiB. */
  messageBytesMax?: number;
}

/** Makes an in-process transport that offers nothing yet. */
export function createInProcessTransport(options: InProcessTransportOptions): InProcessTransport {
  const endpoints = new Map<string, Endpoint>();
  const admission = new Admission();
  const inbound: InboundOptions = {
    admission,
    logger: options.logger,
    authenticate({ handedOver, policy }) {
      if (handedOver === undefined) throw internal(`${policy.path} was called without a caller`);
      return handedOver;
    },
  };
  const find = (path: string): Endpoint => {
    const found = endpoints.get(path);
    if (found === undefined) {
      knownMethod(path);
      throw unavailable('SERVICE_UNREACHABLE', 'A service cannot be reached now. Try again.');
    }
    return found;
  };
  const raw = inProcessCalls(find, options.messageBytesMax ?? internalMessageBytesMax);
  return {
    add(services) {
      for (const service of services)
        for (const endpoint of typedEndpoints(service, inbound))
          endpoints.set(endpoint.policy.path, endpoint);
    },
    client: (definition) => typedClient(definition, raw),
    raw,
    drain(timeoutMs) {
      admission.close();
      return admission.drain(timeoutMs);
    },
    close: () => endpoints.clear(),
  };
}

function inProcessCalls(find: (path: string) => Endpoint, messageBytesMax: number): RawCalls {
  const sized = (bytes: Uint8Array) => {
    if (bytes.length > messageBytesMax) throw messageTooLarge();
    return bytes;
  };
  return {
    async unary(path, request, options) {
      return sized(await find(path).answer(sized(request), arrival(options)));
    },
    serverStream: (path, request, options) =>
      mappedStream(() => find(path).stream(sized(request), arrival(options)), sized),
    bidiStream: (path, requests, options) =>
      inProcessBidi(
        (sent, signal) => find(path).stream(sent, arrival({ ...options, signal })),
        mappedStream(() => requests, sized),
        options,
      ),
  };
}

function arrival({ metadata, signal, caller }: RpcCallOptions): ArrivingContext {
  if (metadata !== undefined) checkMetadataSize(metadata);
  return {
    metadata: Metadata(metadata),
    peer: 'in-process',
    header: Metadata(),
    sendHeader: () => undefined,
    trailer: Metadata(),
    signal: signal ?? new AbortController().signal,
    deadline: caller?.deadline,
    handedOver: caller,
  };
}
