import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account } from './account';
import { type PostgresBinaries } from './fetch-engines';
import { runCommand } from './run-command';

/** Files of one PostgreSQL server. */
export interface PostgresCluster {
  /** PostgreSQL's data folder. */
  dataFolder: string;
  /** The password of the superuser. */
  password: string;
}

/** The superuser of every cluster made here. */
export const superuser = 'weft';

/** Inside the data folder, so that both appear at once. */
const passwordFile = 'weft-password';

/** Without what the outside environment says, such as a locale this machine does not have. */
const env = { LC_ALL: 'C', TZ: 'UTC' };

const commandTimeoutMs = 120_000;

/**
 * The cluster in a folder, made if there is none yet: a superuser with a random password, and pgvector in the database
 * `postgres` and in every one that is created later. initdb takes 0.3 s, so there is no copy of a finished cluster to begin from.
 */
export async function openPostgresCluster(
  binaries: PostgresBinaries,
  options: { folder: string; account: Account | undefined },
): Promise<PostgresCluster> {
  const dataFolder = join(options.folder, 'data');
  const isThere = (await stat(dataFolder).catch(() => undefined)) !== undefined;
  if (!isThere) await makeCluster(binaries, { ...options, dataFolder });
  return { dataFolder, password: await readFile(join(dataFolder, passwordFile), 'utf8') };
}

async function makeCluster(
  binaries: PostgresBinaries,
  options: { folder: string; account: Account | undefined; dataFolder: string },
): Promise<void> {
  const { folder, account, dataFolder } = options;
  const password = randomBytes(18).toString('base64url');
  const newFolder = join(folder, `.data-${randomBytes(6).toString('hex')}`);
  const newPasswordFile = `${newFolder}.password`;
  await mkdir(newFolder, { mode: 0o700 });
  await writeFile(newPasswordFile, password, { mode: 0o600 });
  try {
    if (account !== undefined)
      for (const path of [newFolder, newPasswordFile]) await chown(path, account.uid, account.gid);
    await initialize(binaries, { dataFolder: newFolder, passwordFile: newPasswordFile, account });
    await rename(newPasswordFile, join(newFolder, passwordFile));
    await rename(newFolder, dataFolder);
  } finally {
    await rm(newFolder, { recursive: true, force: true });
    await rm(newPasswordFile, { force: true });
  }
}

async function initialize(
  binaries: PostgresBinaries,
  options: { dataFolder: string; passwordFile: string; account: Account | undefined },
): Promise<void> {
  const { dataFolder, account } = options;
  const common = { account, env, cwd: '/', timeoutMs: commandTimeoutMs };
  await runCommand(
    binaries.initdb,
    [
      ...['-D', dataFolder, '--username', superuser, '--pwfile', options.passwordFile],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8'],
      // The same order and the same letters on every machine.
      ...['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    ],
    common,
  );
  // Alone in the cluster, before it has ever listened. What is in template1 is in every database made later.
  for (const database of ['template1', 'postgres'])
    await runCommand(binaries.postgres, ['--single', '-D', dataFolder, '-j', database], {
      ...common,
      input: 'create extension vector;\n\n',
    });
}
