import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withFolderLock } from './folder-lock';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-lock-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

it('lets one in at a time', async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, (inside += 1));
    await new Promise(setImmediate);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 5 }, () => withFolderLock(folder, work)));
  expect(most).toBe(1);
});

it('leaves nothing behind, also after a failure', async () => {
  await withFolderLock(folder, () => Promise.reject(new Error('no'))).catch(() => undefined);
  expect(readdirSync(folder)).toEqual([]);
});

it('takes no notice of the lock of a process that is gone', async () => {
  writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: process.pid, startedAt: 'before' }));
  expect(await withFolderLock(folder, () => Promise.resolve('done'))).toBe('done');
});
