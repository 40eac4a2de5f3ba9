import './decorator-metadata';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openAuthority } from './authority';
import { privateKeyPem } from './key-pair';
import { makeServiceCertificate } from './service-certificate';
import { writeWhole } from './write-whole';

/** What may be the name of a service, and of its files. */
const servicePattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const daysMax = 3650;

export interface CertificatesOptions {
  /** Where the files go; made if it is not there. */
  folder: string;
  /** The names of services, such as `retrieval`: what clients check. */
  services: readonly string[];
  /** How long the certificates are good. Default: 365. They never outlive the authority. */
  days?: number;
}

/**
 * Makes one certificate for each service, signed by the authority of the folder, which is made when there is none. Writes `ca.crt`,
 * `<service>.crt` and, readable by their owner alone, `ca.key` and `<service>.key`. Certificates that are there are replaced.
 */
export async function makeCertificates({ folder, services, days = 365 }: CertificatesOptions): Promise<void> {
  const bad = services.find((service) => !servicePattern.test(service) || service === 'ca');
  if (bad !== undefined) throw new Error(`'${bad}' cannot be the name of a service. An example: retrieval`);
  if (!(days > 0 && days <= daysMax)) throw new Error(`days must be more than 0 and at most ${daysMax}.`);
  await mkdir(folder, { recursive: true });
  const authority = await openAuthority(folder);
  for (const service of services) {
    const { certificate, key } = await makeServiceCertificate(service, authority, days);
    await writeWhole(join(folder, `${service}.key`), await privateKeyPem(key), 0o600);
    await writeWhole(join(folder, `${service}.crt`), `${certificate.toString('pem')}\n`, 0o644);
  }
}
