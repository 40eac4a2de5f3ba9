import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-engines-command-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function run(command: string, env: Record<string, string> = {}) {
  const main = join(__dirname, '..', 'dist', 'main.js');
  return spawnSync(process.execPath, [main, command, '--folder', folder], {
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  });
}

it('status tells that nothing runs, and ends with 1', () => {
  const { stdout, status } = run('status');
  expect({ stdout, status }).toEqual({ stdout: 'PostgreSQL does not run\nNATS does not run\n', status: 1 });
});

it('down has nothing to stop, and that is no failure', () => {
  expect(run('down').status).toBe(0);
});

it('env prints nothing to evaluate when nothing runs, and says what to do', () => {
  const { stdout, stderr, status } = run('env');
  expect({ stdout, status, told: stderr.includes("'up'") }).toEqual({ stdout: '', status: 1, told: true });
});

it('up prints nothing to evaluate when a given engine does not answer', () => {
  const { stdout, status } = run('up', { WEFT_DATABASE_URL: 'postgres://user@127.0.0.1:1/weft' });
  expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
});
