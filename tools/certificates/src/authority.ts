import { type webcrypto } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { ecdsa, makeKeyPair, privateKeyPem, readPrivateKey } from './key-pair';
import { type Validity, validFor } from './validity';
import { writeWhole } from './write-whole';

/** How long an authority is trusted, in days: ten years. */
const authorityDays = 3650;

/** Who signs the certificates of services. */
export interface Authority {
  certificate: X509Certificate;
  key: webcrypto.CryptoKey;
}

/** The authority that a folder holds in `ca.crt` and `ca.key`; a new one when it holds neither. */
export async function openAuthority(folder: string): Promise<Authority> {
  const files = { certificate: join(folder, 'ca.crt'), key: join(folder, 'ca.key') };
  const has = { certificate: existsSync(files.certificate), key: existsSync(files.key) };
  if (has.certificate !== has.key)
    throw new Error(
      `${folder} holds one of ca.crt and ca.key without the other. Bring back both, or remove both.`,
    );
  if (has.certificate) return await readAuthority(files);
  const made = await makeAuthority(validFor(authorityDays));
  await writeWhole(files.key, await privateKeyPem(made.key), 0o600);
  await writeWhole(files.certificate, `${made.certificate.toString('pem')}\n`, 0o644);
  return made;
}

async function readAuthority(files: { certificate: string; key: string }): Promise<Authority> {
  const certificate = new X509Certificate(await readFile(files.certificate, 'utf8'));
  if (certificate.notAfter.getTime() <= Date.now())
    throw new Error(
      `${files.certificate} is no longer valid. Remove it with its key, and every certificate it signed.`,
    );
  return { certificate, key: await readPrivateKey(await readFile(files.key, 'utf8')) };
}

async function makeAuthority(validity: Validity): Promise<Authority> {
  const keys = await makeKeyPair();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=weft development authority',
    keys,
    ...validity,
    signingAlgorithm: ecdsa,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, key: keys.privateKey };
}
