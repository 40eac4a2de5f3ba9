import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { silentLogger } from '@weft/runtime';

import { WorkerConnection } from './worker-connection';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-worker-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Connects to a thread that runs this text, in which `port` is its end. */
function connect(text: string): WorkerConnection {
  const file = join(folder, 'worker.js');
  writeFileSync(file, `const { parentPort: port } = require('node:worker_threads');\n${text}`);
  const settings = { dataFolder: undefined, snapshotFile: '', waitMsMax: 1000, vacuumIntervalMs: 1000 };
  return new WorkerConnection(file, settings, silentLogger);
}

const batch = { kind: 'batch', scope: 'owner', statements: [{ text: 'select 1' }] } as const;

describe('WorkerConnection', () => {
  it('rejects what waits with UNAVAILABLE when the thread dies', async () => {
    const connection = connect(`port.on('message', () => process.exit(1));`);
    await expect(connection.request(batch)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('rejects what waits with UNAVAILABLE when the thread fails', async () => {
    const connection = connect(`port.on('message', () => { throw new Error('lost'); });`);
    await expect(connection.request(batch)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('refuses requests with UNAVAILABLE once the thread is gone', async () => {
    const connection = connect('');
    await connection.ended;
    await expect(connection.request(batch)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('refuses with RESOURCE_EXHAUSTED when the thread is behind by 10,000 requests', async () => {
    const connection = connect(`port.on('message', () => setTimeout(() => process.exit(0)));`);
    const waiting = Array.from({ length: 10_000 }, () => connection.request(batch).catch(() => undefined));
    await expect(connection.request(batch)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    await Promise.all(waiting);
  });

  it('rejects what waited too long with RESOURCE_EXHAUSTED', async () => {
    const connection = connect(
      `port.once('message', ({ id }) => { port.postMessage({ id, failure: { kind: 'waited' } }); });`,
    );
    await expect(connection.request(batch)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
  });

  it('rejects a parameter that cannot be copied', async () => {
    const connection = connect(`port.once('message', () => undefined);`);
    const request = connection.request({
      ...batch,
      statements: [{ text: 'select $1', values: [() => undefined] }],
    });
    await expect(request).rejects.toMatchObject({ code: 'INTERNAL' });
    await connection.close().catch(() => undefined);
  });
});
