import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  descendantsOf,
  freezeTree,
  identify,
  isRunning,
  killTree,
  type ProcessIdentity,
  signal,
  thawTree,
  waitUntilGone,
} from './engine-process';
import { findProcess } from './process-table';

/** A shell that has a child, and says so once it has. */
const parentAndChild = 'sleep 600 & echo ready; wait';
let parent: ChildProcess;
let root: ProcessIdentity;
let tree: ProcessIdentity[];

beforeEach(async () => {
  parent = spawn('sh', ['-c', parentAndChild], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(parent.stdout!, 'data');
  root = identify(parent.pid!)!;
  tree = [root, ...descendantsOf(root)];
});

afterEach(() => killTree(root));

const statesOf = (members: ProcessIdentity[]) => members.map(({ pid }) => findProcess(pid)?.state);

it('sees what a process started', () => {
  expect(tree).toHaveLength(2);
});

it('kills a process and what it started, and waits until they are gone', async () => {
  await killTree(root);
  expect(tree.filter(isRunning)).toEqual([]);
});

it('kills also what is frozen', async () => {
  await freezeTree(root);
  await killTree(root);
  expect(tree.filter(isRunning)).toEqual([]);
});

it('has a process and what it started stopped when it has frozen them', async () => {
  await freezeTree(root);
  expect(statesOf(tree)).toEqual(['T', 'T']);
});

it('lets them go on', async () => {
  await freezeTree(root);
  thawTree(root);
  expect(statesOf(tree)).not.toContain('T');
});

it('says that a process is not gone in time', async () => {
  expect(await waitUntilGone([root], 20)).toBe(false);
});

describe('a pid that is another process by now', () => {
  const former = () => ({ pid: root.pid, startedAt: 'before' });

  it('does not count as running', () => {
    expect(isRunning(former())).toBe(false);
  });

  it('gets no signal', () => {
    signal(former(), 'SIGKILL');
    expect(isRunning(root)).toBe(true);
  });

  it('is not killed', async () => {
    await killTree(former());
    expect(isRunning(root)).toBe(true);
  });
});

it('takes a process that has ended but that its parent has not asked about for gone', async () => {
  const careless = spawn('sh', ['-c', 'sh -c : & echo $!; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [text] = (await once(careless.stdout!, 'data')) as [Buffer];
  const pid = Number(String(text));
  const child = { pid, startedAt: findProcess(pid)!.startedAt };
  const isGone = await waitUntilGone([child], 10_000);
  careless.kill('SIGKILL');
  expect(isGone).toBe(true);
});
