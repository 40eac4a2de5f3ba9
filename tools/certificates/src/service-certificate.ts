import { type webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { type Authority } from './authority';
import { ecdsa, makeKeyPair } from './key-pair';
import { validFor } from './validity';

/** A certificate of a service, good as a server's and as a client's, with its key. It never outlives its authority. */
export async function makeServiceCertificate(
  service: string,
  authority: Authority,
  days: number,
): Promise<{ certificate: X509Certificate; key: webcrypto.CryptoKey }> {
  const keys = await makeKeyPair();
  const { notBefore, notAfter } = validFor(days);
  const last = authority.certificate.notAfter;
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${service}`,
    issuer: authority.certificate.subjectName,
    notBefore,
    notAfter: notAfter < last ? notAfter : last,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    signingAlgorithm: ecdsa,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: service },
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  });
  return { certificate, key: keys.privateKey };
}
