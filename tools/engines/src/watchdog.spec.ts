import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { identify, killTree, type ProcessIdentity, waitUntilGone } from './engine-process';

/**
 * Goal: what a process started is gone when that process is gone, however it ended.
 * Method: a process of its own that guards a `sleep`, tells its pid and waits for what its stdin says.
 */
const built = join(__dirname, '..', 'dist');
const keeper = (afterGuard: string) => `
  const { spawn } = require('node:child_process');
  const { identify } = require(${JSON.stringify(join(built, 'engine-process.js'))});
  const { guard, release } = require(${JSON.stringify(join(built, 'watchdog.js'))});
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  child.unref();
  const identity = identify(child.pid);
  guard(identity, 'SIGTERM');
  ${afterGuard}
  console.log(JSON.stringify(identity));
`;
let guarded: ProcessIdentity;

afterEach(() => killTree(guarded));

async function runKeeper(afterGuard: string, end: NodeJS.Signals | undefined): Promise<void> {
  const parent = spawn(process.execPath, ['-e', keeper(afterGuard)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = (await once(parent.stdout, 'data')) as [Buffer];
  guarded = JSON.parse(String(text)) as ProcessIdentity;
  const exit = once(parent, 'exit');
  if (end !== undefined) parent.kill(end);
  await exit;
}

const staysBusy = 'setInterval(() => {}, 1000);';

it.each([
  ['ends by itself', '', undefined],
  ['is told to end', staysBusy, 'SIGTERM'],
  ['is killed', staysBusy, 'SIGKILL'],
] as const)('a guarded server ends when its process %s', async (_how, afterGuard, end) => {
  await runKeeper(afterGuard, end);
  expect(await waitUntilGone([guarded], 20_000)).toBe(true);
});

it('a server that was released outlives its process', async () => {
  await runKeeper('release(identity);', undefined);
  expect(identify(guarded.pid)).toEqual(guarded);
});
