import { createEgressPolicy } from './egress-policy';

describe('createEgressPolicy', () => {
  it('permits https to public addresses on the usual ports, and nothing else, by default', () => {
    const policy = createEgressPolicy();
    expect({
      https: policy.permitsScheme('https:'),
      http: policy.permitsScheme('http:'),
      ftp: policy.permitsScheme('ftp:'),
      port443: policy.permitsPort(443),
      port22: policy.permitsPort(22),
      anyHost: policy.permitsHost('api.example.com'),
      publicAddress: policy.permitsAddress('8.8.8.8'),
      privateAddress: policy.permitsAddress('10.0.0.1'),
    }).toEqual({
      https: true,
      http: false,
      ftp: false,
      port443: true,
      port22: false,
      anyHost: true,
      publicAddress: true,
      privateAddress: false,
    });
  });

  it.each([
    ['api.example.com', true],
    ['API.Example.com.', true],
    ['xapi.example.com', false],
    ['api.example.com.attacker.test', false],
    ['a.tools.example.com', true],
    ['a.b.tools.example.com', true],
    ['tools.example.com', false],
    ['eviltools.example.com', false],
  ])('with a list of hosts, %s is permitted: %s', (host, expected) => {
    const policy = createEgressPolicy({ allowedHosts: ['api.example.com', '*.tools.example.com'] });
    expect(policy.permitsHost(host)).toBe(expected);
  });

  it('permits addresses of listed networks only', () => {
    const policy = createEgressPolicy({ allowedNetworks: ['10.20.0.0/16', 'fd00:1::/64'] });
    const addresses = [
      '10.20.3.4',
      '10.21.0.1',
      'fd00:1::5',
      'fd00:2::5',
      '::ffff:10.20.3.4',
      'fd00:1::5%lo',
    ];
    expect(addresses.filter((address) => policy.permitsAddress(address))).toEqual(['10.20.3.4', 'fd00:1::5']);
  });

  it.each([
    [{ allowedHosts: ['*'] }, "allowedHosts: '*'"],
    [{ allowedHosts: [''] }, "allowedHosts: ''"],
    [{ allowedHosts: ['a.*.com'] }, "allowedHosts: 'a.*.com'"],
    [{ allowedNetworks: ['10.0.0.0'] }, "allowedNetworks: '10.0.0.0'"],
    [{ allowedNetworks: ['10.0.0.0/33'] }, "allowedNetworks: '10.0.0.0/33'"],
    [{ allowedNetworks: ['internal/8'] }, "allowedNetworks: 'internal/8'"],
    [{ allowedPorts: [0] }, 'allowedPorts: 0'],
    [{ allowedPorts: [65_536] }, 'allowedPorts: 65536'],
  ])('refuses %j, naming what is wrong', (settings, message) => {
    expect(() => createEgressPolicy(settings)).toThrow(message);
  });
});
