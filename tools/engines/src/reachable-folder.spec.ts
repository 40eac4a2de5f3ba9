import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedFolders, isReachable } from './reachable-folder';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-reach-'));
  mkdirSync(join(folder, 'inner'));
  chmodSync(folder, 0o711);
  chmodSync(join(folder, 'inner'), 0o711);
});

afterEach(() => rmSync(folder, { recursive: true }));

it('others get to a folder that all may pass through', async () => {
  expect(await isReachable(join(folder, 'inner'))).toBe(true);
});

it('others do not get to a folder below one that is closed, and that one is named', async () => {
  chmodSync(folder, 0o700);
  expect(await closedFolders(join(folder, 'inner'))).toEqual([folder]);
});

it('others do not get to a folder that is closed itself', async () => {
  chmodSync(join(folder, 'inner'), 0o750);
  expect(await isReachable(join(folder, 'inner'))).toBe(false);
});
