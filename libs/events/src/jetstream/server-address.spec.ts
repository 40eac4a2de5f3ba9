import { hostAndPort, parseNatsUrl } from './server-address';

describe('parseNatsUrl', () => {
  it.each([
    ['nats://localhost', { host: 'localhost', port: 4222, requiresTls: false }],
    ['nats://10.0.0.1:1234', { host: '10.0.0.1', port: 1234, requiresTls: false }],
    ['tls://nats.example', { host: 'nats.example', port: 4222, requiresTls: true }],
    ['nats://[::1]:4222', { host: '::1', port: 4222, requiresTls: false }],
    ['nats://me:p%40ss@host', { host: 'host', port: 4222, requiresTls: false, user: 'me', pass: 'p@ss' }],
    ['nats://s3cr3t@host', { host: 'host', port: 4222, requiresTls: false, token: 's3cr3t' }],
  ])('reads %s', (url, expected) => {
    expect(parseNatsUrl(url)).toEqual([expected]);
  });

  it('reads several servers', () => {
    expect(parseNatsUrl('nats://a:1, nats://b:2').map(hostAndPort)).toEqual(['a:1', 'b:2']);
  });

  it.each(['', 'localhost:4222', 'http://host', 'nats://', 'nats://a,,nats://b'])('refuses "%s"', (url) => {
    expect(() => parseNatsUrl(url)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });

  it('does not repeat a password that it refuses', () => {
    expect(() => parseNatsUrl('https://me:s3cr3t@host')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('s3cr3t') as string }),
    );
  });
});

describe('hostAndPort', () => {
  it('holds no credentials', () => {
    expect(parseNatsUrl('nats://me:s3cr3t@[::1]:1').map(hostAndPort)).toEqual(['[::1]:1']);
  });
});
