import type { DescService, MessageInitShape } from '@bufbuild/protobuf';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import type { CallOptions } from './call-options';
import { channelOptions } from './channel-options';
import type { EventStream } from './event-stream';
import { type MessageSchema, Role } from './gen/weft/common/v1/message_pb';
import {
  type ChatRequestSchema,
  ChatService,
  type StreamChatResponse,
} from './gen/weft/orchestrator/v1/chat_service_pb';
import type { Connection } from './grpc-call';
import { type ServiceClient, serviceClient } from './service-client';

/** How a client connects. */
export interface WeftOptions {
  /** The most that a call may take, in milliseconds: 600,000 by default. Weft bounds it too, by the deadline that its contract declares. */
  timeoutMs?: number;
  /** Sends everything, the key too, in the clear: for a weft on the same machine. TLS by default. */
  plaintext?: boolean;
  /** The PEM of the authorities to trust; those of Node by default. */
  rootCertificates?: Uint8Array;
}

/** A ChatRequest, where `messages` may be the user's text alone and `model` is `default` unless it is named. */
export type ChatInit = Omit<MessageInitShape<typeof ChatRequestSchema>, '$typeName' | 'messages'> & {
  messages: string | MessageInitShape<typeof MessageSchema>[];
};

/** A connection to weft. */
export class Weft {
  readonly #connection: Connection;
  readonly #clients = new Map<DescService, ServiceClient<DescService>>();

  /** Connects to `address`, `host:port` of weft's gRPC door, at the first call. */
  constructor(address: string, key: string, options: WeftOptions = {}) {
    const { timeoutMs = 600_000, plaintext = false, rootCertificates } = options;
    if (address === '') throw new TypeError('the address must be host:port, such as 127.0.0.1:9090');
    if (!/^[!-~]+$/.test(key))
      throw new TypeError('the key must be what weft printed, without spaces or line ends');
    if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be more than 0, not ${timeoutMs}`);
    const roots = rootCertificates === undefined ? null : Buffer.from(rootCertificates);
    const channel = plaintext ? credentials.createInsecure() : credentials.createSsl(roots);
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${key}`);
    this.#connection = {
      client: new Client(address, channel, channelOptions()),
      metadata,
      timeoutMs,
      calls: new Set(),
    };
  }

  /** A public service, such as `weft.service(retrieval.SearchService)`: every RPC of it is a method. */
  service<Service extends DescService>(service: Service): ServiceClient<Service> {
    const known = this.#clients.get(service);
    if (known !== undefined) return known as ServiceClient<Service>;
    const client = serviceClient(this.#connection, service);
    this.#clients.set(service, client);
    return client;
  }

  /**
   * Streams an answer: events `started`, `text`, `toolCall`, and `completed` last. Throws StreamTruncatedError if the stream ends without
   * `completed`, and the typed error if the answer failed. Leaving the loop cancels the answer.
   */
  streamChat(chat: ChatInit, options?: CallOptions): EventStream<StreamChatResponse> {
    const messages =
      typeof chat.messages === 'string' ? [{ role: Role.USER, content: chat.messages }] : chat.messages;
    const call = { ...chat, messages, model: chat.model ?? 'default' };
    return this.service(ChatService).streamChat({ call }, options);
  }

  /** Ends the connection and what is still going on over it. */
  close(): void {
    for (const call of this.#connection.calls) call.cancel();
    this.#connection.client.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
