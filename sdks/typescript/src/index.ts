/**
 * The weft client for TypeScript. Messages and services are in one namespace a domain, such as `retrieval.SearchService`.
 */
export { type CallOptions } from './call-options';
export { type EventStream } from './event-stream';
export {
  type FieldViolation,
  type QuotaViolation,
  StreamTruncatedError,
  WeftError,
  type WeftErrorDetails,
} from './errors';
export * from './gen';
export { type ServiceClient } from './service-client';
export { type ChatInit, Weft, type WeftOptions } from './weft';
