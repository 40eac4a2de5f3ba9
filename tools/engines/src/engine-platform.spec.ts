import { enginePlatform } from './engine-platform';

const linux = { system: 'linux', architecture: 'x64', glibc: '2.28' };

it.each([
  [linux, 'linux-x64'],
  [{ ...linux, architecture: 'arm64', glibc: '2.41' }, 'linux-arm64'],
  [{ ...linux, glibc: '3.0' }, 'linux-x64'],
  [{ system: 'darwin', architecture: 'arm64', glibc: undefined }, 'darwin-arm64'],
])('%j has binaries', (machine, platform) => {
  expect(enginePlatform(machine)).toBe(platform);
});

it.each([
  [{ ...linux, glibc: '2.27' }, 'glibc 2.27'],
  [{ ...linux, glibc: undefined }, 'another C library'],
  [{ ...linux, architecture: 'riscv64' }, 'linux-riscv64'],
  [{ system: 'darwin', architecture: 'x64', glibc: undefined }, 'darwin-x64'],
  [{ system: 'win32', architecture: 'x64', glibc: undefined }, 'win32-x64'],
])('%j has none, and the error says why', (machine, why) => {
  expect(() => enginePlatform(machine)).toThrow(
    expect.objectContaining({ reason: 'PLATFORM_NOT_SUPPORTED', message: expect.stringContaining(why) }),
  );
});

it.each(['compose.yaml', 'WEFT_DATABASE_URL', 'WEFT_NATS_URL'])(
  'the refusal names %s as the way out',
  (way) => {
    expect(() => enginePlatform({ ...linux, architecture: 's390x' })).toThrow(way);
  },
);
