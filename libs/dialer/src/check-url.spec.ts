import fc from 'fast-check';
import { checkUrl } from './check-url';
import { createEgressPolicy } from './egress-policy';

const policy = createEgressPolicy({ allowPlainHttp: true });
const reasonOf = (url: string, used = policy) => {
  try {
    checkUrl(url, used);
    return 'none';
  } catch (error) {
    return (error as { reason?: string }).reason;
  }
};

describe('checkUrl', () => {
  it('returns host and port of a permitted URL', () => {
    const { host, port } = checkUrl('https://API.example.com:8443/v1?q=1', policy);
    expect({ host, port }).toEqual({ host: 'api.example.com', port: 8443 });
  });

  it('permits literal public addresses', () => {
    expect([reasonOf('https://8.8.8.8/'), reasonOf('https://[2606:4700::1111]/')]).toEqual(['none', 'none']);
  });

  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://127.0.0.1./',
    'http://127。0。0。1/',
    'http://０x7f.1/',
    'http://①②⑦.0.0.1/',
    'http://0/',
    'http://0.0.0.0/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[0:0:0:0:0:ffff:a9fe:a9fe]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'https://example.com:22/',
    'https://example.com:6379/',
  ])('refuses %s as a forbidden destination', (url) => {
    expect(reasonOf(url)).toBe('DESTINATION_FORBIDDEN');
  });

  it.each([
    'file:///etc/passwd',
    'gopher://example.com/',
    'ftp://example.com/',
    'data:text/plain,hello',
    'javascript:alert(1)',
    'example.com',
    '//example.com/',
    '',
    'http://',
    'http://[fe80::1%25eth0]/',
    'http://user@example.com/',
    'http://user:password@example.com/',
    'http://8.8.8.8:99999/',
    `https://example.com/${'a'.repeat(4096)}`,
  ])('refuses %s as an invalid URL', (url) => {
    expect(reasonOf(url)).toBe('URL_INVALID');
  });

  it('refuses plain http unless it is permitted', () => {
    expect(reasonOf('http://example.com/', createEgressPolicy())).toBe('DESTINATION_FORBIDDEN');
  });

  it('refuses hosts that are not listed', () => {
    const listed = createEgressPolicy({ allowedHosts: ['api.example.com'] });
    expect([reasonOf('https://api.example.com/', listed), reasonOf('https://example.com/', listed)]).toEqual([
      'none',
      'DESTINATION_FORBIDDEN',
    ]);
  });

  it('refuses every private IPv4 address in every spelling', () => {
    const privateAddress = fc
      .tuple(fc.constantFrom(10, 127, 0), fc.nat(255), fc.nat(255), fc.nat(255))
      .map((bytes) => bytes as [number, number, number, number]);
    const hex = (value: number) => `0x${value.toString(16)}`;
    const octal = (value: number) => `0${value.toString(8)}`;
    const whole = ([a, b, c, d]: number[]) => ((a! * 256 + b!) * 256 + c!) * 256 + d!;
    const spellings = (bytes: number[]) => [
      bytes.join('.'),
      bytes.map(hex).join('.'),
      bytes.map(octal).join('.'),
      String(whole(bytes)),
      hex(whole(bytes)),
      `[::ffff:${bytes.join('.')}]`,
      `${bytes[0]}.${bytes[1]}.${bytes[2]! * 256 + bytes[3]!}`,
    ];
    fc.assert(
      fc.property(privateAddress, (bytes) => {
        for (const host of spellings(bytes))
          expect([host, reasonOf(`http://${host}/`)]).toEqual([host, 'DESTINATION_FORBIDDEN']);
      }),
    );
  });
});
