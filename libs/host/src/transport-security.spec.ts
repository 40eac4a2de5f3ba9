import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TlsSecurity } from '@weft/rpc';
import { loadTransportSecurity } from './transport-security';

let folder: string;
const file = (name: string) => join(folder, name);
const certificates = () => ({
  WEFT_TLS_CA_FILE: file('ca.crt'),
  WEFT_TLS_CERT_FILE: file('tls.crt'),
  WEFT_TLS_KEY_FILE: file('tls.key'),
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-security-'));
  for (const name of ['ca.crt', 'tls.crt', 'tls.key']) writeFileSync(file(name), `the ${name}`);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('how services reach each other', () => {
  it('is refused when nothing is said, naming what must be set and how to do without', () => {
    expect(() => loadTransportSecurity({})).toThrow(
      /WEFT_TLS_CA_FILE, WEFT_TLS_CERT_FILE, WEFT_TLS_KEY_FILE: must be set.*WEFT_INSECURE_TRANSPORT=true/s,
    );
  });

  it('is in the clear when that is asked for by name', () => {
    expect(loadTransportSecurity({ WEFT_INSECURE_TRANSPORT: 'true' })).toEqual({ kind: 'insecure' });
  });

  it('is TLS with the certificates of the files', () => {
    expect(loadTransportSecurity(certificates())).toMatchObject({
      kind: 'tls',
      authority: Buffer.from('the ca.crt'),
      certificate: Buffer.from('the tls.crt'),
      key: Buffer.from('the tls.key'),
    });
  });

  it('takes certificates that are renewed in the same files', () => {
    const security = loadTransportSecurity(certificates()) as TlsSecurity;
    writeFileSync(file('tls.crt'), 'the renewed one');
    expect(security.reload!()).toEqual({
      authority: Buffer.from('the ca.crt'),
      certificate: Buffer.from('the renewed one'),
      key: Buffer.from('the tls.key'),
    });
  });

  it('is refused when some of the files are named, naming the others', () => {
    const { WEFT_TLS_KEY_FILE: _, ...others } = certificates();
    expect(() => loadTransportSecurity({ ...others, WEFT_INSECURE_TRANSPORT: 'true' })).toThrow(
      /^WEFT_TLS_KEY_FILE: must be set/,
    );
  });

  it('is refused when both are asked for', () => {
    expect(() => loadTransportSecurity({ ...certificates(), WEFT_INSECURE_TRANSPORT: 'true' })).toThrow(
      'WEFT_INSECURE_TRANSPORT: must not be true',
    );
  });

  it('is refused when a file is not there, naming it', () => {
    rmSync(file('tls.key'));
    expect(() => loadTransportSecurity(certificates())).toThrow(/^WEFT_TLS_KEY_FILE: .*tls\.key.*ENOENT/);
  });
});
