export { type EventBus, type SubscribeOptions, type Subscription } from './event-bus';
export { eventBusContract } from './event-bus-contract';
export { createEvent, decodeEvent, type EventCodec } from './event-codec';
export { createInProcessEventBus, type InProcessEventBusOptions } from './in-process-event-bus';
export { type DeadLetterCause } from './jetstream/dead-letter-headers';
export {
  type DeadLetter,
  readDeadLetters,
  type ReadDeadLettersOptions,
  redriveDeadLetter,
} from './jetstream/dead-letters';
export { createJetStreamEventBus } from './jetstream/jetstream-event-bus';
export {
  type JetStreamEventBusOptions,
  type NatsCredentials,
  type NatsServerOptions,
} from './jetstream/jetstream-options';
