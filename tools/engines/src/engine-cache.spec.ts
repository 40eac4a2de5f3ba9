import { homedir } from 'node:os';
import { join } from 'node:path';
import { cacheCandidates } from './engine-cache';

it('a user keeps engines in ~/.cache', () => {
  expect(cacheCandidates({ isRoot: false, cacheHome: undefined })[0]).toBe(
    join(homedir(), '.cache/weft/engines'),
  );
});

it('XDG_CACHE_HOME comes first', () => {
  expect(cacheCandidates({ isRoot: false, cacheHome: '/caches' })[0]).toBe('/caches/weft/engines');
});

it('a relative XDG_CACHE_HOME is ignored', () => {
  expect(cacheCandidates({ isRoot: false, cacheHome: 'caches' }).join()).not.toContain('caches/');
});

it('root keeps engines where other users can read, never in its home', () => {
  const candidates = cacheCandidates({ isRoot: true, cacheHome: undefined });
  expect(candidates.filter((folder) => folder.startsWith(homedir()))).toEqual([]);
});
