import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type NatsServer, startNats } from '@weft/engines';

let folder: string;
let server: NatsServer;
let connection: NatsConnection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-nats-'));
  server = await startNats({ folder, maxMemory: '64MB', syncAlways: true });
  await open();
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'LETTERS', subjects: ['letters.>'] });
});

afterAll(async () => {
  await connection.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

async function open(): Promise<void> {
  connection = await connect({ servers: server.url, reconnect: false });
}

async function send(text: string): Promise<void> {
  await jetstream(connection).publish('letters.one', text);
}

async function lastLetter(): Promise<string | undefined> {
  const manager = await jetstreamManager(connection);
  const message = await manager.streams.getMessage('LETTERS', { last_by_subj: 'letters.one' });
  return message?.string();
}

async function restart(): Promise<void> {
  await connection.closed();
  await server.restart();
  await open();
}

it('keeps a message that it acknowledged when it is killed', async () => {
  await send('before the kill');
  await server.kill();
  await restart();
  expect(await lastLetter()).toBe('before the kill');
});

it('keeps a message when it is stopped', async () => {
  await send('before the stop');
  await server.stop();
  await restart();
  expect(await lastLetter()).toBe('before the stop');
});

it('comes back on the same port with another process', async () => {
  const { port, pid } = server;
  await server.kill();
  await restart();
  expect([server.port === port, server.pid === pid]).toEqual([true, false]);
});

it('answers nobody once it is killed', async () => {
  await server.kill();
  await expect(connect({ servers: server.url, reconnect: false })).rejects.toThrow();
  await restart();
});

it('acknowledges nothing while it is frozen, and goes on when thawed', async () => {
  await server.freeze();
  await expect(jetstream(connection).publish('letters.one', 'lost', { timeout: 300 })).rejects.toThrow();
  server.thaw();
  await send('after the thaw');
  expect(await lastLetter()).toBe('after the thaw');
});

it('stops also while it is frozen', async () => {
  await send('before the frost');
  await server.freeze();
  await server.stop();
  await restart();
  expect(await lastLetter()).toBe('before the frost');
});

it('takes no more of streams in memory than it was told', async () => {
  const manager = await jetstreamManager(connection);
  const stream = { name: 'LARGE', subjects: ['large'], storage: StorageType.Memory, max_bytes: 65 * 2 ** 20 };
  await expect(manager.streams.add(stream)).rejects.toThrow('insufficient memory');
});

it('is not started twice in one folder', async () => {
  await expect(startNats({ folder })).rejects.toMatchObject({ reason: 'ENGINE_RUNNING' });
});

it('says so when its port is taken', async () => {
  const other = await mkdtemp(join(tmpdir(), 'weft-nats-'));
  await expect(startNats({ folder: other, port: server.port })).rejects.toMatchObject({
    reason: 'PORT_TAKEN',
  });
  await rm(other, { recursive: true });
});

it('says what its log says when it cannot start', async () => {
  const other = await mkdtemp(join(tmpdir(), 'weft-nats-'));
  await expect(startNats({ folder: other, maxMemory: 'much' })).rejects.toMatchObject({
    reason: 'ENGINE_NOT_STARTED',
    message: expect.stringContaining('nats.conf'),
  });
  await rm(other, { recursive: true });
});
