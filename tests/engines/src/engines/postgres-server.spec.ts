import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '@weft/engines';
import { Client } from 'pg';
import { untilRefused } from './until-refused';

let folder: string;
let server: PostgresServer;
const clients: Client[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-postgres-'));
  server = await startPostgres({ folder, settings: { work_mem: '5MB' } });
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

async function connect(url: string = server.url): Promise<Client> {
  const client = new Client({ connectionString: url });
  // A server that is killed breaks its connections: what is asked on them tells.
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

async function valueOf(client: Client, sql: string): Promise<unknown> {
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
  return rows[0]?.[0];
}

describe('a server', () => {
  it('has its settings and the defaults: nothing is lost with the power, and clients are many', async () => {
    const client = await connect();
    const sql = `select array_agg(name || '=' || setting order by name) from pg_settings
      where name in ('fsync', 'max_connections', 'work_mem', 'listen_addresses', 'unix_socket_directories', 'TimeZone')`;
    expect(await valueOf(client, sql)).toEqual([
      'TimeZone=UTC',
      'fsync=on',
      'listen_addresses=127.0.0.1',
      'max_connections=300',
      'unix_socket_directories=',
      'work_mem=5120',
    ]);
  });

  it('knows the letters of every language', async () => {
    expect(await valueOf(await connect(), "select upper('äß') || lower('ÉΣ')")).toBe(
      'ÄßÉΣ'.replace('ÉΣ', 'éσ'),
    );
  });

  it('lets nobody in without the password', async () => {
    const url = new URL(server.url);
    url.password = 'guessed';
    await expect(connect(url.href)).rejects.toThrow('password authentication failed');
  });

  it('keeps its data where nobody else looks', async () => {
    expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700);
  });

  it('is not started twice in one folder', async () => {
    await expect(startPostgres({ folder })).rejects.toMatchObject({ reason: 'ENGINE_RUNNING' });
  });

  it('says what its log says when it cannot start', async () => {
    const other = await mkdtemp(join(tmpdir(), 'weft-postgres-'));
    const start = startPostgres({ folder: other, settings: { work_mem: 'much' } });
    await expect(start).rejects.toMatchObject({
      reason: 'ENGINE_NOT_STARTED',
      message: expect.stringContaining('work_mem'),
    });
    await rm(other, { recursive: true });
  });

  it('says so when its port is taken', async () => {
    const other = await mkdtemp(join(tmpdir(), 'weft-postgres-'));
    await expect(startPostgres({ folder: other, port: server.port })).rejects.toMatchObject({
      reason: 'PORT_TAKEN',
    });
    await rm(other, { recursive: true });
  });
});

describe('a database made by the superuser', () => {
  it('finds the nearest of vectors, with an index', async () => {
    const client = await connect(await server.createDatabase('vectors'));
    await client.query('create table points (id int, place vector(3))');
    await client.query('insert into points select n, array[n, 0, 1]::vector from generate_series(1, 500) n');
    await client.query('create index on points using hnsw (place vector_l2_ops)');
    await client.query('set enable_seqscan = off');
    expect(await valueOf(client, "select id from points order by place <-> '[42.2, 0, 1]' limit 1")).toBe(42);
  });

  it('is gone when it is dropped, whoever is connected', async () => {
    await connect(await server.createDatabase('dropped'));
    await server.dropDatabase('dropped');
    const names = await valueOf(await connect(), 'select array_agg(datname::text) from pg_database');
    expect(names).not.toContain('dropped');
  });

  it('may have capitals and hyphens in its name', async () => {
    const client = await connect(await server.createDatabase('Two-Words'));
    expect(await valueOf(client, 'select current_database()')).toBe('Two-Words');
  });

  it.each(['', 'x'.repeat(58), 'a b', 'a"; drop database x', 'a/b'])(
    "may not be called '%s'",
    async (name) => {
      await expect(server.createDatabase(name)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    },
  );

  it('is no error to drop when it is not there', async () => {
    await expect(server.dropDatabase('never-made')).resolves.toBeUndefined();
  });
});

describe('a database made with an owner', () => {
  let url: string;

  beforeEach(async () => {
    url = await server.createDatabase('owned', { owner: true });
  });

  afterEach(() => server.dropDatabase('owned'));

  it('is owned by a role that may make roles and is no superuser', async () => {
    const sql = `select array[rolsuper, rolcreaterole, rolcreatedb, rolbypassrls,
        datdba = pg_roles.oid] from pg_roles, pg_database
      where rolname = current_user and datname = current_database()`;
    expect(await valueOf(await connect(url), sql)).toEqual([false, true, false, false, true]);
  });

  it('has pgvector without being asked for it', async () => {
    const client = await connect(url);
    await client.query('create extension if not exists vector');
    expect(await valueOf(client, "select '[1,2]'::vector <-> '[1,4]'")).toBe(2);
  });

  it('has schemas, tables and roles of its own', async () => {
    const client = await connect(url);
    await client.query('create schema shop; create table shop.item (id int); create role shopkeeper nologin');
    await client.query('grant shopkeeper to current_user; grant usage on schema shop to shopkeeper');
    await client.query('grant select on shop.item to shopkeeper; set role shopkeeper');
    expect(await valueOf(client, 'select count(*)::int from shop.item')).toBe(0);
  });

  it('takes its owner and the roles that the owner made with it when it is dropped', async () => {
    await (await connect(url)).query('create role passing nologin');
    await Promise.all(clients.splice(0).map((client) => client.end()));
    await server.dropDatabase('owned');
    const sql = "select count(*)::int from pg_roles where rolname in ('passing', 'owned_owner')";
    expect(await valueOf(await connect(), sql)).toBe(0);
  });
});

describe('a server that ends', () => {
  let url: string;

  beforeAll(async () => {
    url = await server.createDatabase('ledger');
    const client = await connect(url);
    await client.query('create table entry (id int)');
  });

  beforeEach(async () => {
    await (await connect(url)).query('truncate entry');
  });

  async function commitAndBegin(): Promise<Client> {
    const committed = await connect(url);
    await committed.query('insert into entry values (1)');
    const open = await connect(url);
    await open.query('begin');
    await open.query('insert into entry values (2)');
    return open;
  }

  const kept = async () => await valueOf(await connect(url), 'select array_agg(id order by id) from entry');

  it('has what was committed, and nothing else, after a kill', async () => {
    await commitAndBegin();
    await server.kill();
    await server.restart();
    expect(await kept()).toEqual([1]);
  });

  it('has what was committed, and nothing else, after a stop', async () => {
    await commitAndBegin();
    await server.stop();
    await server.restart();
    expect(await kept()).toEqual([1]);
  });

  it('starts again after its postmaster alone was killed, with a query that goes on', async () => {
    const busy = (await connect(url)).query('select count(*) from generate_series(1, 1000000000)');
    const broken = expect(busy).rejects.toThrow();
    await commitAndBegin();
    process.kill(server.pid, 'SIGKILL');
    await untilRefused(server.port);
    await server.restart();
    await broken;
    expect(await kept()).toEqual([1]);
  });

  it('starts again when its pid is another program by now, and frees the shared memory of before', async () => {
    const pidFile = join(folder, 'data', 'postmaster.pid');
    const segment = segmentIn(await readFile(pidFile, 'utf8'));
    await server.kill();
    await writeFile(pidFile, (await readFile(pidFile, 'utf8')).replace(/^\d+/, String(process.pid)));
    await server.restart();
    expect(await segments()).not.toContain(segment);
  });

  it('frees the shared memory of before a kill', async () => {
    const segment = segmentIn(await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8'));
    await server.kill();
    const left = await segments();
    await server.restart();
    expect([left.includes(segment), (await segments()).includes(segment)]).toEqual([true, false]);
  });

  it('answers nobody once it is killed', async () => {
    await server.kill();
    await expect(connect(url)).rejects.toThrow('ECONNREFUSED');
    await server.restart();
  });

  it('comes back on the same port with another process', async () => {
    const { port, pid, url: before } = server;
    await server.kill();
    await server.restart();
    expect([server.port === port, server.url === before, server.pid === pid]).toEqual([true, true, false]);
  });

  it('stops also while it is frozen', async () => {
    await server.freeze();
    await server.stop();
    await server.restart();
    expect(await kept()).toBeNull();
  });

  it('is not started again while it runs', async () => {
    await expect(server.restart()).rejects.toMatchObject({ reason: 'ENGINE_RUNNING' });
  });

  it('recovered by itself, as its log says', async () => {
    await server.kill();
    await server.restart();
    expect(await readFile(join(folder, 'postgres.log'), 'utf8')).toContain('automatic recovery in progress');
  });
});

describe('a frozen server', () => {
  it('leaves a query without an answer, and answers it when thawed', async () => {
    const client = await connect();
    await server.freeze();
    let isAnswered = false;
    const answer = valueOf(client, 'select 1').finally(() => (isAnswered = true));
    await expect(connectBriefly()).rejects.toThrow('timeout');
    const wasAnswered = isAnswered;
    server.thaw();
    expect([wasAnswered, await answer]).toEqual([false, 1]);
  });

  it('takes connections and says nothing on them', async () => {
    await server.freeze();
    await expect(connectBriefly()).rejects.toThrow('timeout');
    server.thaw();
  });
});

/** Connects, and gives up long after the server would have answered. */
async function connectBriefly(): Promise<void> {
  const client = new Client({ connectionString: server.url, connectionTimeoutMillis: 300 });
  client.on('error', () => undefined);
  await client.connect();
  await client.end();
}

/** The identifier of the System V shared memory that postmaster.pid names. */
function segmentIn(pidFile: string): string {
  const keyAndIdentifier = pidFile.split('\n')[6]!.trim().split(/\s+/);
  return keyAndIdentifier[1]!;
}

/** The identifiers of all System V shared memory of this machine. */
async function segments(): Promise<string[]> {
  const [, ...rows] = (await readFile('/proc/sysvipc/shm', 'utf8')).trim().split('\n');
  return rows.map((row) => row.trim().split(/\s+/)[1]!);
}
