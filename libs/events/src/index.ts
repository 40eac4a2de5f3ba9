export { type EventBus, type SubscribeOptions, type Subscription } from './event-bus';
export { eventBusContract } from './event-bus-contract';
export { createEvent, decodeEvent, type EventCodec } from './event-codec';
export { createInProcessEventBus, type InProcessEventBusOptions } from './in-process-event-bus';
