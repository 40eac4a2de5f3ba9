/** Names of the metadata that weft's processes send each other. */
export const metadataKeys = {
  /** The signed internal identity. */
  identity: 'x-weft-identity',
  /** W3C trace context. */
  traceparent: 'traceparent',
  /** The client's deadline; the transport reads it and takes it out. */
  timeout: 'grpc-timeout',
  /** Where the server's interceptor leaves the deadline, in Unix milliseconds. */
  deadline: 'x-weft-deadline',
} as const;
