import { spawn } from 'node:child_process';
import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { checkDatabase, checkNats } from '@weft/engines';
import { Client } from 'pg';

/*
 * Goal: what `make engines` does, from a shell's point of view.
 * Method: the command itself, as this user and, where this is root, as one who is not.
 */
const main = join(dirname(require.resolve('@weft/engines')), 'main.js');
const isRoot = process.getuid?.() === 0;
/** This user, or one who is not root: `nobody` where this is root. */
const unprivileged = isRoot ? { uid: 65534, gid: 65534 } : {};
let account: { uid?: number; gid?: number };
let folder: string;
const engines = () => join(folder, 'engines');

interface Outcome {
  stdout: string;
  stderr: string;
  code: number | null;
}

async function makeFolder(owner: typeof account): Promise<void> {
  account = owner;
  folder = await mkdtemp(join(tmpdir(), 'weft-command-'));
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(folder, owner.uid, owner.gid);
  await chmod(folder, 0o711);
}

afterEach(async () => {
  await run('down');
  await rm(folder, { recursive: true });
});

async function run(
  command: string,
  given: Record<string, string> = {},
  place: string = engines(),
): Promise<Outcome> {
  const env = { ...process.env, ...given };
  for (const name of ['WEFT_DATABASE_URL', 'WEFT_NATS_URL']) if (!(name in given)) delete env[name];
  const child = spawn(process.execPath, [main, command, '--folder', place], { ...account, env });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr, code: await ended };
}

function urlsIn(stdout: string): { databaseUrl: string; natsUrl: string } {
  const value = (name: string) => new RegExp(`^export ${name}='(.*)'$`, 'm').exec(stdout)?.[1] ?? '';
  return { databaseUrl: value('WEFT_DATABASE_URL'), natsUrl: value('WEFT_NATS_URL') };
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('as this user', () => {
  beforeEach(() => makeFolder({}));

  it('up leaves engines that work, and prints where they are', async () => {
    const { databaseUrl, natsUrl } = urlsIn((await run('up')).stdout);
    await checkDatabase(databaseUrl);
    await checkNats(natsUrl);
    expect(await query(databaseUrl, 'select rolsuper from pg_roles where rolname = current_user')).toEqual([
      { rolsuper: true },
    ]);
  });

  it('prints nothing on stdout but lines for a shell', async () => {
    expect((await run('up')).stdout).toMatch(
      /^export WEFT_DATABASE_URL='\S+'\nexport WEFT_NATS_URL='\S+'\n$/,
    );
  });

  it('a second up finds them running', async () => {
    const first = await run('up');
    const second = await run('up');
    expect([second.stdout, second.stderr.match(/runs already/g)?.length]).toEqual([first.stdout, 2]);
  });

  it('two at once start one of each', async () => {
    const [one, other] = await Promise.all([run('up'), run('up')]);
    expect([one.code, one.stdout]).toEqual([0, other.stdout]);
  });

  it('status tells what runs, without a password', async () => {
    const { databaseUrl } = urlsIn((await run('up')).stdout);
    const { stdout, code } = await run('status');
    expect([code, stdout.match(/ runs, process \d+ on port \d+$/gm)?.length]).toEqual([0, 2]);
    expect(stdout).not.toContain(new URL(databaseUrl).password);
  });

  it('env prints what up printed', async () => {
    expect((await run('up')).stdout).toBe((await run('env')).stdout);
  });

  it('down stops both, and status says so', async () => {
    const { databaseUrl } = urlsIn((await run('up')).stdout);
    await run('down');
    await expect(checkDatabase(databaseUrl)).rejects.toThrow('ECONNREFUSED');
    expect((await run('status')).code).toBe(1);
  });

  it('up after down has the same URLs and the data', async () => {
    const before = await run('up');
    const { databaseUrl } = urlsIn(before.stdout);
    await query(databaseUrl, 'create table kept (id int)');
    await run('down');
    const after = await run('up');
    expect([after.stdout, await query(databaseUrl, 'select * from kept')]).toEqual([before.stdout, []]);
  });

  it('a shell that evaluated an earlier up starts the same engines again', async () => {
    const before = await run('up');
    await run('down');
    const { databaseUrl, natsUrl } = urlsIn(before.stdout);
    const after = await run('up', { WEFT_DATABASE_URL: databaseUrl, WEFT_NATS_URL: natsUrl });
    expect([after.code, after.stdout]).toEqual([0, before.stdout]);
  });

  it('uses the engines that the environment gives, and starts none', async () => {
    const given = urlsIn((await run('up')).stdout);
    const other = join(folder, 'others');
    const { stdout } = await run(
      'up',
      { WEFT_DATABASE_URL: given.databaseUrl, WEFT_NATS_URL: given.natsUrl },
      other,
    );
    expect([urlsIn(stdout), await stat(join(other, 'postgres')).catch(() => 'none')]).toEqual([
      given,
      'none',
    ]);
  });

  it('does not trust a pid that is another process by now', async () => {
    await run('up');
    await run('down');
    const file = join(engines(), 'state.json');
    const state = JSON.parse(await readFile(file, 'utf8')) as Record<
      'postgres' | 'nats',
      { identity: object }
    >;
    for (const server of [state.postgres, state.nats]) Object.assign(server.identity, { pid: process.pid });
    await writeFile(file, JSON.stringify(state));
    // Were it trusted, this very process would be told to end.
    expect((await run('down')).stderr).toBe('PostgreSQL does not run\nNATS does not run\n');
  });

  it('starts what was killed, beside what was not', async () => {
    await run('up');
    const { postgres } = JSON.parse(await readFile(join(engines(), 'state.json'), 'utf8')) as {
      postgres: { identity: { pid: number } };
    };
    process.kill(postgres.identity.pid, 'SIGKILL');
    const { stderr } = await run('up');
    expect(stderr).toMatch(/^PostgreSQL started.*\nNATS runs already/);
  });

  it('keeps the password from everybody else', async () => {
    await run('up');
    expect((await stat(join(engines(), 'state.json'))).mode & 0o777).toBe(0o600);
  });
});

describe('as a user who is not root', () => {
  beforeEach(() => makeFolder(unprivileged));

  it('up leaves engines that work', async () => {
    const { databaseUrl, natsUrl } = urlsIn((await run('up')).stdout);
    await checkNats(natsUrl);
    expect(await query(databaseUrl, "select '[1]'::vector::text as vector")).toEqual([{ vector: '[1]' }]);
  });

  it('down stops both', async () => {
    await run('up');
    expect((await run('down')).stderr.match(/stopped, process \d+$/gm)).toHaveLength(2);
  });

  it("what up made is that user's", async () => {
    await run('up');
    expect((await stat(join(engines(), 'postgres', 'data'))).uid).toBe(
      unprivileged.uid ?? process.getuid?.(),
    );
  });
});
