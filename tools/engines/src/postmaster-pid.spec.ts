import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, isRunning, killTree, type ProcessIdentity, waitUntil } from './engine-process';
import { clearDataFolder, isReadyIn } from './postmaster-pid';

const file = (pid: number, status: string) =>
  [pid, '/data', 1_795_307_734, 5432, '', '127.0.0.1', ' 10011906         4', status, ''].join('\n');

it('a postmaster is ready when its file says so', () => {
  expect(isReadyIn(file(7, 'ready   '), 7)).toBe(true);
});

it.each([
  ['it is starting', file(7, 'starting')],
  ['the file is of a postmaster before it', file(6, 'ready   ')],
  ['the file is being written', '7\n/data\n'],
  ['there is no file', ''],
])('it is not ready while %s', (_what, text) => {
  expect(isReadyIn(text, 7)).toBe(false);
});

describe('clearing a data folder', () => {
  let folder: string;
  let programs: string;
  const workers: ProcessIdentity[] = [];
  const pidFile = () => join(folder, 'postmaster.pid');

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'weft-postmaster-')));
    programs = realpathSync(mkdtempSync(join(tmpdir(), 'weft-programs-')));
  });

  afterEach(async () => {
    await Promise.all(workers.splice(0).map(killTree));
    for (const each of [folder, programs]) rmSync(each, { recursive: true });
  });

  /** Starts a program that does nothing in a folder. */
  async function workIn(cwd: string, name: string): Promise<ProcessIdentity> {
    const program = join(programs, name);
    symlinkSync('/bin/sleep', program);
    const child = spawn('sh', ['-c', `echo ready; exec '${program}' 600`], {
      cwd,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    const worker = identify(child.pid!)!;
    workers.push(worker);
    // Until then it is the shell.
    await waitUntil(() => readFileSync(`/proc/${worker.pid}/comm`, 'utf8') === `${name}\n`, 10_000);
    return worker;
  }

  it('leaves the file of a postmaster that is gone to PostgreSQL', async () => {
    const text = file(2 ** 30, 'ready   ');
    writeFileSync(pidFile(), text);
    await clearDataFolder(folder);
    expect(readFileSync(pidFile(), 'utf8')).toBe(text);
  });

  it('puts the pid of nobody into the file when its pid is a program elsewhere by now', async () => {
    writeFileSync(pidFile(), file(process.pid, 'ready   '));
    await clearDataFolder(folder);
    expect(readFileSync(pidFile(), 'utf8')).toBe(file(4_194_304, 'ready   '));
  });

  it('has nothing to do where no postmaster ever was', async () => {
    await expect(clearDataFolder(folder)).resolves.toBeUndefined();
  });

  it('refuses while the postmaster runs, and leaves it alone', async () => {
    const worker = await workIn(folder, 'postgres');
    writeFileSync(pidFile(), file(worker.pid, 'ready   '));
    await expect(clearDataFolder(folder)).rejects.toMatchObject({ reason: 'ENGINE_RUNNING' });
    expect(isRunning(worker)).toBe(true);
  });

  it('kills the children that a postmaster left', async () => {
    const worker = await workIn(folder, 'postgres');
    writeFileSync(pidFile(), file(2 ** 30, 'ready   '));
    await clearDataFolder(folder);
    expect(isRunning(worker)).toBe(false);
  });

  it('leaves other programs alone that work in the folder', async () => {
    const worker = await workIn(folder, 'editor');
    await clearDataFolder(folder);
    expect(isRunning(worker)).toBe(true);
  });

  it('leaves the postmasters of other folders alone', async () => {
    const worker = await workIn(programs, 'postgres');
    await clearDataFolder(folder);
    expect(isRunning(worker)).toBe(true);
  });
});
