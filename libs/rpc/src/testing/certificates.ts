import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// eslint-disable-next-line @nx/enforce-module-boundaries -- a library needs no tool; its tests need certificates.
import { makeCertificates } from '@weft/certificates';
import { type TlsIdentity, type TlsSecurity } from '../index';

/** An authority with what it signs. */
export interface TestAuthority {
  /** What a service shows and believes. */
  identityOf(service: string): Promise<TlsIdentity>;
  securityOf(service: string): Promise<TlsSecurity>;
  close(): Promise<void>;
}

/** Makes an authority of its own for each test that asks. */
export async function openTestAuthority(): Promise<TestAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'weft-rpc-'));
  const read = (file: string) => readFile(join(folder, file));
  const identityOf = async (service: string): Promise<TlsIdentity> => {
    await makeCertificates({ folder, services: [service], days: 1 });
    const files = ['ca.crt', `${service}.crt`, `${service}.key`].map(read);
    const [authority, certificate, key] = await Promise.all(files);
    return { authority: authority!, certificate: certificate!, key: key! };
  };
  return {
    identityOf,
    securityOf: async (service) => ({ kind: 'tls', ...(await identityOf(service)) }),
    close: () => rm(folder, { recursive: true }),
  };
}
