import { type ChannelCredentials, credentials, ServerCredentials } from '@grpc/grpc-js';

/** What one side of mutual TLS holds, as PEM. */
export interface TlsIdentity {
  /** The authorities whose certificates are trusted. */
  authority: Buffer;
  /** This side's certificate, followed by those between it and the authority. */
  certificate: Buffer;
  key: Buffer;
}

/** How a connection is protected. There is no default: plaintext is asked for by name. */
export type TransportSecurity = { kind: 'insecure' } | ({ kind: 'tls' } & TlsIdentity);

/** What a server takes: with TLS, clients with a certificate of the authority alone. */
export function serverCredentials(security: TransportSecurity): ServerCredentials {
  if (security.kind === 'insecure') return ServerCredentials.createInsecure();
  const pair = { private_key: security.key, cert_chain: security.certificate };
  return ServerCredentials.createSsl(security.authority, [pair], true);
}

/** What a client shows, and whom it believes. */
export function channelCredentials(security: TransportSecurity): ChannelCredentials {
  if (security.kind === 'insecure') return credentials.createInsecure();
  return credentials.createSsl(security.authority, security.key, security.certificate);
}
