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
  /** A trailer of the server's: `refused` when a drain kept the call out, `ended` when it ended the call. Of one hop alone. */
  drain: 'x-weft-drain',
} as const;
