import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { makeCertificates } from './make-certificates';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certificates-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const read = (file: string) => readFile(join(folder, file), 'utf8');
const certificateOf = async (name: string) => new X509Certificate(await read(`${name}.crt`));

/** The files of a service as TLS takes them. */
async function identityOf(service: string) {
  const [ca, cert, key] = await Promise.all([read('ca.crt'), read(`${service}.crt`), read(`${service}.key`)]);
  return { ca, cert, key };
}

describe('makeCertificates', () => {
  it('signs the certificate of a service with the authority', async () => {
    await makeCertificates({ folder, services: ['retrieval'] });
    const [authority, certificate] = [await certificateOf('ca'), await certificateOf('retrieval')];
    expect(certificate.checkIssued(authority) && certificate.verify(authority.publicKey)).toBe(true);
  });

  it('makes an authority that may sign, and services that may not', async () => {
    await makeCertificates({ folder, services: ['retrieval'] });
    expect([(await certificateOf('ca')).ca, (await certificateOf('retrieval')).ca]).toEqual([true, false]);
  });

  it('gives each service the key of its certificate', async () => {
    await makeCertificates({ folder, services: ['retrieval'] });
    const key = createPrivateKey(await read('retrieval.key'));
    expect((await certificateOf('retrieval')).checkPrivateKey(key)).toBe(true);
  });

  it('names the service and this machine, and nobody else', async () => {
    await makeCertificates({ folder, services: ['retrieval'] });
    const { subjectAltName } = await certificateOf('retrieval');
    expect(subjectAltName).toBe('DNS:retrieval, DNS:localhost, IP Address:127.0.0.1');
  });

  it('keeps keys from other users', async () => {
    await makeCertificates({ folder, services: ['retrieval'] });
    const modes = await Promise.all(
      ['ca.key', 'retrieval.key'].map(async (file) => (await stat(join(folder, file))).mode & 0o777),
    );
    expect(modes).toEqual([0o600, 0o600]);
  });

  it('leaves nothing behind but the files it names', async () => {
    await makeCertificates({ folder, services: ['llm', 'retrieval'] });
    expect((await readdir(folder)).sort()).toEqual([
      'ca.crt',
      'ca.key',
      'llm.crt',
      'llm.key',
      'retrieval.crt',
      'retrieval.key',
    ]);
  });

  it('signs with the authority that is there', async () => {
    await makeCertificates({ folder, services: ['retrieval'] });
    const before = await read('ca.crt');
    await makeCertificates({ folder, services: ['llm'] });
    const verified = (await certificateOf('llm')).verify((await certificateOf('ca')).publicKey);
    expect([await read('ca.crt'), verified]).toEqual([before, true]);
  });

  it('replaces the certificate of a service that has one', async () => {
    await makeCertificates({ folder, services: ['retrieval'] });
    const before = await certificateOf('retrieval');
    await makeCertificates({ folder, services: ['retrieval'] });
    expect((await certificateOf('retrieval')).serialNumber).not.toBe(before.serialNumber);
  });

  it('makes certificates good for as many days as it is told', async () => {
    await makeCertificates({ folder, services: ['retrieval'], days: 2 });
    const { validToDate } = await certificateOf('retrieval');
    const days = (validToDate.getTime() - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(2);
  });

  it('makes no certificate that outlives the authority', async () => {
    await makeCertificates({ folder, services: [] });
    await makeCertificates({ folder, services: ['retrieval'], days: 3650 });
    const [authority, certificate] = [await certificateOf('ca'), await certificateOf('retrieval')];
    expect(certificate.validToDate.getTime()).toBeLessThanOrEqual(authority.validToDate.getTime());
  });

  it.each(['ca.key', 'ca.crt'])('does not make a second authority when %s alone is missing', async (file) => {
    await makeCertificates({ folder, services: [] });
    await rm(join(folder, file));
    await expect(makeCertificates({ folder, services: ['retrieval'] })).rejects.toThrow('ca.crt and ca.key');
  });

  it.each(['', 'ca', '../retrieval', 'a/b', 'Retrieval', 'a b', '-a'])(
    'refuses a service named %j',
    async (name) => {
      await expect(makeCertificates({ folder, services: ['llm', name] })).rejects.toThrow(
        'name of a service',
      );
    },
  );

  it.each([0, -1, Number.NaN, 3651])('refuses %d days', async (days) => {
    await expect(makeCertificates({ folder, services: ['llm'], days })).rejects.toThrow('days must be');
  });
});

describe('a handshake of mutual TLS', () => {
  /** What a client that expects `servername` and a server of `retrieval` come to. */
  async function handshake(servername: string): Promise<{ client: boolean; server: boolean }> {
    const server = createServer({ ...(await identityOf('retrieval')), requestCert: true });
    const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const client = connect({ ...(await identityOf('llm')), port, host: '127.0.0.1', servername });
    try {
      await once(client, 'secureConnect');
      const [other] = await accepted;
      return { client: client.authorized, server: other.authorized };
    } finally {
      client.destroy();
      server.close();
    }
  }

  beforeEach(() => makeCertificates({ folder, services: ['retrieval', 'llm'] }));

  it('succeeds between two services', async () => {
    expect(await handshake('retrieval')).toEqual({ client: true, server: true });
  });

  it('fails when the service is another than the client expects', async () => {
    await expect(handshake('safety')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });
});
