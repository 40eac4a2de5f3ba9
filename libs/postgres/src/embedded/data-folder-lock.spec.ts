import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { lockDataFolder } from './data-folder-lock';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-lock-'));
  file = join(folder, 'weft.lock');
});

afterEach(() => rmSync(folder, { recursive: true }));

/** The number of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

describe('the lock of a data folder', () => {
  it('refuses a second holder, naming the folder and the process', () => {
    lockDataFolder(folder);
    expect(() => lockDataFolder(folder)).toThrow(
      expect.objectContaining({
        code: 'FAILED_PRECONDITION',
        reason: 'DATA_FOLDER_LOCKED',
        metadata: { folder, pid: String(process.pid) },
      }),
    );
  });

  it('can be taken again when it is released', () => {
    lockDataFolder(folder).release();
    expect(() => lockDataFolder(folder)).not.toThrow();
  });

  it('is taken over from a process that is gone', () => {
    writeFileSync(file, JSON.stringify({ pid: deadPid(), birth: '' }));
    lockDataFolder(folder);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('is taken over when its number now belongs to another process', () => {
    writeFileSync(file, JSON.stringify({ pid: process.pid, birth: 'another boot:123' }));
    expect(() => lockDataFolder(folder)).not.toThrow();
  });

  it('is taken over when its file says nothing', () => {
    writeFileSync(file, '');
    expect(() => lockDataFolder(folder)).not.toThrow();
  });

  it('leaves no file behind when it is released', () => {
    lockDataFolder(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not released by a holder who lost it to another', () => {
    const lost = lockDataFolder(folder);
    writeFileSync(file, JSON.stringify({ pid: 1, birth: '' }));
    lost.release();
    expect(existsSync(file)).toBe(true);
  });
});
