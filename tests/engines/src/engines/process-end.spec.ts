import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilRefused } from './until-refused';

/*
 * Goal: engines that a process started are gone when that process is gone, however it ended.
 * Method: a process of its own that starts both, tells their ports and then does not stop them.
 */
const starting = `
  const { startEngines } = require('@weft/engines');
  startEngines({ folder: process.argv[1] }).then(async ({ postgres, nats }) => {
    if (process.argv[2] === 'frozen') await postgres.freeze();
    console.log(JSON.stringify([postgres.port, nats.port]));
    if (process.argv[2] !== 'ends') setInterval(() => {}, 1000);
  });
`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-process-end-'));
});

// A server that no longer listens may still be removing its files.
afterEach(() => rm(folder, { recursive: true, maxRetries: 50, retryDelay: 20 }));

it.each([
  ['is killed', 'runs', 'SIGKILL'],
  ['is killed with the database frozen', 'frozen', 'SIGKILL'],
  ['is told to end', 'runs', 'SIGTERM'],
  ['ends without stopping them', 'ends', undefined],
] as const)('engines end when the process that started them %s', async (_how, mode, end) => {
  const child = spawn(process.execPath, ['-e', starting, folder, mode], {
    cwd: __dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  if (end !== undefined) child.kill(end);
  await exit;
  for (const port of JSON.parse(String(text)) as number[]) await untilRefused(port);
});
