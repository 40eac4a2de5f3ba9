import { type Logger } from '@weft/runtime';

/** How to reach a NATS server. */
export interface NatsServerOptions {
  /** `nats://host:4222`, or several separated by commas; `tls://…` for TLS. May hold `user:pass@` or `token@`. */
  natsUrl: string;
  credentials?: NatsCredentials;
  /** How often the server has to say something: 5,000 ms by default. One that is silent for three of these is given up. */
  pingIntervalMs?: number;
}

/** What a client shows to the server and expects from it. Read again from files at each new connection. */
export interface NatsCredentials {
  user?: string;
  pass?: string;
  token?: string;
  /** A file with a JWT and its key, as `nsc` makes them. */
  credentialsFile?: string;
  /** PEM: the authority that signed the server's certificate, and a certificate of our own where the server asks for one. */
  tls?: { ca?: string | Buffer; cert?: string | Buffer; key?: string | Buffer };
}

/** How the JetStream bus works. */
export interface JetStreamEventBusOptions extends NatsServerOptions {
  logger: Logger;
  /** Keeps several wefts on one server apart: 1 to 64 letters, digits, `-` and `_`. `weft` by default. */
  namespace?: string;
  /** How often a batch, and then a single event, may fail before it becomes a dead letter: 5 by default. */
  attemptsMax?: number;
  /** How long to wait after the first failure, in milliseconds: 100 by default. Doubles with each further one, up to 10 s. */
  retryDelayMs?: number;
  /**
   * How long the server waits for a consumer that has gone silent before it gives its events to another replica: 30,000 ms by default. One
   * that works longer says so in time.
   */
  ackWaitMs?: number;
  /** The most events of one consumer that may be on their way, over all its replicas: 1,000 by default. */
  ackPendingMax?: number;
  /** How long `publish` waits for the server to have stored an event: 5,000 ms by default. */
  publishTimeoutMs?: number;
  /** How long the server knows an event that is published again by its id: 120,000 ms by default. */
  duplicateWindowMs?: number;
  /** How long events are kept, whether or not they were consumed: 7 days by default. */
  maxAgeMs?: number;
  /**
   * The most bytes of events that are kept; when they are reached, `publish` rejects. By default as the stream on the server says, which is
   * without limit for a new one.
   */
  maxBytes?: number;
  /** How many servers of a cluster keep each event. By default as the stream on the server says, which is 1 for a new one. */
  replicas?: number;
  /** How long to wait for the server at the start before going on without it: 2,000 ms by default. */
  connectWaitMs?: number;
  /** How long `close` waits for handlers: 10,000 ms by default. */
  closeWaitMs?: number;
}

export type JetStreamSettings = Required<
  Omit<JetStreamEventBusOptions, 'credentials' | 'maxBytes' | 'replicas'>
> &
  Pick<JetStreamEventBusOptions, 'credentials' | 'maxBytes' | 'replicas'>;

const dayMs = 24 * 60 * 60 * 1000;

/** How often a connection is tested unless it is said, in milliseconds. */
export const pingIntervalMsDefault = 5000;

/** How long dead letters are kept, in milliseconds. */
export const deadLetterMaxAgeMs = 30 * dayMs;

/** The options with what was left out. */
export function jetStreamSettings(options: JetStreamEventBusOptions): JetStreamSettings {
  return {
    namespace: 'weft',
    pingIntervalMs: pingIntervalMsDefault,
    attemptsMax: 5,
    retryDelayMs: 100,
    ackWaitMs: 30_000,
    ackPendingMax: 1000,
    publishTimeoutMs: 5000,
    duplicateWindowMs: 120_000,
    maxAgeMs: 7 * dayMs,
    connectWaitMs: 2000,
    closeWaitMs: 10_000,
    // What is given as undefined is left out.
    ...(Object.fromEntries(
      Object.entries(options).filter(([, value]) => value !== undefined),
    ) as JetStreamEventBusOptions),
  };
}
