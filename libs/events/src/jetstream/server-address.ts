import { internal } from '@weft/errors';

/** One server of a NATS URL. */
export interface ServerAddress {
  host: string;
  port: number;
  /** Whether nothing may be sent without TLS: the URL is `tls://…`. */
  requiresTls: boolean;
  user?: string;
  pass?: string;
  token?: string;
}

/**
 * Reads `nats://[user:pass@]host[:port]`, or several separated by commas. `tls://` asks for TLS; a name without a password is a token.
 * The port is 4222 unless it is named. Throws INTERNAL, without repeating the URL, for what is none.
 */
export function parseNatsUrl(natsUrl: string): ServerAddress[] {
  return natsUrl.split(',').map((text) => {
    const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
    if (!url || !['nats:', 'tls:'].includes(url.protocol) || url.hostname === '') {
      throw internal("A NATS URL must look like 'nats://localhost:4222' or 'tls://nats.example:4222'.");
    }
    const [name, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    return {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? 4222 : Number(url.port),
      requiresTls: url.protocol === 'tls:',
      ...(name !== '' && (pass === '' ? { token: name } : { user: name, pass })),
    };
  });
}

/** `host:port`, for logs and for dialling: no credentials. */
export function hostAndPort({ host, port }: ServerAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
