import { type ChannelCredentials, credentials, experimental, ServerCredentials } from '@grpc/grpc-js';
import { type Logger } from '@weft/runtime';
import { CertificateSource, reloadIntervalMsDefault, type TlsIdentity } from './certificate-source';

/** How a connection is protected. There is no default: plaintext is asked for by name. */
export type TransportSecurity = { kind: 'insecure' } | TlsSecurity;

/** Mutual TLS: each side shows a certificate of the authority. */
export interface TlsSecurity extends TlsIdentity {
  kind: 'tls';
  /** Reads what is good now; new connections use it. Default: what was given first, until the process ends. */
  reload?: () => TlsIdentity | Promise<TlsIdentity>;
  /** How often `reload` is asked. Default: 60,000. */
  reloadIntervalMs?: number;
}

/** What a server takes: with TLS, clients with a certificate of the authority alone. */
export function serverCredentials(security: TransportSecurity, logger?: Logger): ServerCredentials {
  if (security.kind === 'insecure') return ServerCredentials.createInsecure();
  const source = sourceOf(security, logger);
  // The identity comes first here, and second in the declaration of grpc-js 1.14: one source for both is right either way.
  return experimental.createCertificateProviderServerCredentials(source, source, true);
}

/** What a client shows, and whom it believes. */
export function channelCredentials(security: TransportSecurity, logger?: Logger): ChannelCredentials {
  if (security.kind === 'insecure') return credentials.createInsecure();
  const source = sourceOf(security, logger);
  return experimental.createCertificateProviderChannelCredentials(source, source);
}

function sourceOf(security: TlsSecurity, logger: Logger | undefined): CertificateSource {
  const { reload, reloadIntervalMs = reloadIntervalMsDefault } = security;
  return new CertificateSource(security, reload, reloadIntervalMs, logger);
}
