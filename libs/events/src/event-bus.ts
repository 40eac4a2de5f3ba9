import { type events } from '@weft/contracts';

/** What a consumer listens to, and what it does. */
export interface SubscribeOptions {
  /** The consumer's name, such as `logging`: each consumer gets every event once or more. */
  consumer: string;
  /** Subjects as in NATS: `*` stands for one word, `>` at the end for one or more: `weft.orchestrator.>`. */
  subjects: string[];
  /** The most events that `handle` gets at once: 100 by default. */
  maxBatch?: number;
  /**
   * Handles events in the order they came. Idempotent by the events' ids, for an event may come again. When it rejects, the batch comes
   * again; an event that always fails is put aside as a dead letter. Must not wait for `publish` of events it consumes itself.
   */
  handle(events: events.EventEnvelope[]): Promise<void>;
}

/** A consumer that listens. */
export interface Subscription {
  /** Lets the handler finish what it has begun and ends. */
  close(): Promise<void>;
}

/** Brings events from services to consumers, at least once, and in the order of each publisher as long as nothing fails. */
export interface EventBus {
  /**
   * Resolves when the events cannot be lost any more. Rejects
   * - with INVALID_ARGUMENT when one of them can never be published: `metadata.event` is its id, and the others are to be published without
   *   it;
   * - with UNAVAILABLE when the bus is closed or cannot be reached, RESOURCE_EXHAUSTED when it is full, or whatever else: each of them may
   *   or may not have been stored, and all are to be published again with the same ids.
   */
  publish(events: events.EventEnvelope[]): Promise<void>;
  /** Rejects with ALREADY_EXISTS when the consumer listens already. */
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** Whether events can be published now. While they cannot, a service goes on working: its events wait in its outbox. */
  ready(): boolean;
  /** Lets the handlers finish what they have begun and ends all subscriptions. */
  close(): Promise<void>;
}
