import { createSecureContext } from 'node:tls';
import { type experimental } from '@grpc/grpc-js';
import { type Logger } from '@weft/runtime';

/** What one side of mutual TLS holds, as PEM. */
export interface TlsIdentity {
  /** The authorities whose certificates are trusted. */
  authority: Buffer;
  /** This side's certificate, followed by those between it and the authority. */
  certificate: Buffer;
  key: Buffer;
}

/** How often certificates are asked for again, unless it is said. */
export const reloadIntervalMsDefault = 60_000;

/** Gives grpc-js the certificates for new connections, and asks for newer ones as long as anybody may need them. */
export class CertificateSource implements experimental.CertificateProvider {
  private readonly authorityListeners = new Set<experimental.CaCertificateUpdateListener>();
  private readonly identityListeners = new Set<experimental.IdentityCertificateUpdateListener>();
  private timer: NodeJS.Timeout | undefined;
  private warned = false;

  /** @throws Error when the first identity is none */
  constructor(
    private current: TlsIdentity,
    private readonly reload: (() => TlsIdentity | Promise<TlsIdentity>) | undefined,
    private readonly intervalMs: number,
    private readonly logger: Logger | undefined,
  ) {
    checkIdentity(current);
  }

  addCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.authorityListeners.add(listener);
    this.watch();
    // A turn later: grpc-js's server is told of what comes once it listens, and not of what comes while it begins to.
    process.nextTick(() => listener({ caCertificate: this.current.authority }));
  }

  removeCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.authorityListeners.delete(listener);
    this.watch();
  }

  addIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.identityListeners.add(listener);
    this.watch();
    process.nextTick(() => listener({ certificate: this.current.certificate, privateKey: this.current.key }));
  }

  removeIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.identityListeners.delete(listener);
    this.watch();
  }

  private watch(): void {
    const { reload } = this;
    const needed = reload !== undefined && this.authorityListeners.size + this.identityListeners.size > 0;
    if (needed === (this.timer !== undefined)) return;
    clearInterval(this.timer);
    this.timer = needed ? setInterval(() => void this.refresh(reload), this.intervalMs).unref() : undefined;
  }

  private async refresh(reload: () => TlsIdentity | Promise<TlsIdentity>): Promise<void> {
    try {
      const next = await reload();
      if (sameIdentity(next, this.current)) return;
      // Files that are being replaced do not fit together for a moment: the old ones are good until the new ones are.
      checkIdentity(next);
      this.current = next;
      this.warned = false;
      const { authority, certificate, key } = next;
      for (const listener of this.authorityListeners) listener({ caCertificate: authority });
      for (const listener of this.identityListeners) listener({ certificate, privateKey: key });
      this.logger?.info({}, 'new connections use new certificates');
    } catch (error) {
      if (!this.warned)
        this.logger?.warn({ err: error }, 'certificates cannot be read again; the old ones stay');
      this.warned = true;
    }
  }
}

function checkIdentity({ authority, certificate, key }: TlsIdentity): void {
  createSecureContext({ ca: authority, cert: certificate, key });
}

function sameIdentity(one: TlsIdentity, other: TlsIdentity): boolean {
  return (
    one.authority.equals(other.authority) &&
    one.certificate.equals(other.certificate) &&
    one.key.equals(other.key)
  );
}
