import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseState, readState, writeState } from './engine-state';

const server = {
  url: 'postgres://weft:secret@127.0.0.1:5/postgres',
  port: 5,
  identity: { pid: 7, startedAt: 'x' },
};
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-state-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

it('reads what was written', async () => {
  await writeState(folder, { postgres: server });
  expect(await readState(folder)).toEqual({ postgres: server });
});

it('nobody else may read what was written: the URL has the password', async () => {
  await writeState(folder, { postgres: server });
  expect(statSync(join(folder, 'state.json')).mode & 0o777).toBe(0o600);
});

it('knows of nothing in a folder without state', async () => {
  expect(await readState(join(folder, 'none'))).toEqual({});
});

it.each([
  '',
  'null',
  '[]',
  '{"postgres":',
  '{"postgres":null}',
  '{"nats":{}}',
  '{"nats":{"url":"nats://127.0.0.1:4","port":4}}',
  '{"nats":{"url":"nats://127.0.0.1:4","port":4,"identity":{"pid":"1","startedAt":"x"}}}',
  '{"nats":{"url":"nats://127.0.0.1:4","port":4.5,"identity":{"pid":1,"startedAt":"x"}}}',
])('takes %s for no state', (text) => {
  expect(parseState(text)).toBeUndefined();
});

it('refuses a file that is no state, and names it', async () => {
  writeFileSync(join(folder, 'state.json'), '{"nats":1}');
  await expect(readState(folder)).rejects.toMatchObject({
    reason: 'STATE_UNREADABLE',
    message: expect.stringContaining(join(folder, 'state.json')),
  });
});
