import { readFile } from 'node:fs/promises';
import { enginesRefused, wayOut } from './engine-error';

/** A user of this machine, as `spawn` takes it. */
export interface Account {
  uid: number;
  gid: number;
}

/** Users that own no files, by the systems that have them. */
const names = ['nobody', 'daemon'];

/**
 * The user that PostgreSQL runs as, which refuses to run as root: `nobody` where this process is root's, and undefined,
 * the user of this process, else.
 *
 * @throws WeftError FAILED_PRECONDITION `NO_ACCOUNT` if /etc/passwd has none to offer
 */
export async function databaseAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const account = accountIn(await readFile('/etc/passwd', 'utf8'));
  if (account === undefined)
    throw enginesRefused(
      'NO_ACCOUNT',
      `PostgreSQL refuses to run as root, and /etc/passwd has no user '${names.join("' or '")}'. Run as another user. ${wayOut}`,
    );
  return account;
}

/** The first of the unprivileged users in the text of /etc/passwd. */
export function accountIn(passwd: string): Account | undefined {
  const rows = passwd.split('\n').map((line) => line.split(':'));
  for (const name of names) {
    const row = rows.find(([first]) => first === name);
    const account = { uid: Number(row?.[2]), gid: Number(row?.[3]) };
    if (Number.isInteger(account.uid) && account.uid !== 0 && Number.isInteger(account.gid)) return account;
  }
  return undefined;
}
