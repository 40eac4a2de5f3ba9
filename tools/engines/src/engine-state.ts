import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { enginesRefused } from './engine-error';
import { type ProcessIdentity } from './engine-process';

/** A server that outlives the command that started it. What is written of one that has ended is what it is started with again. */
export interface ServerState {
  url: string;
  port: number;
  identity: ProcessIdentity;
}

/** What is known of the servers of one folder. */
export interface EnginesState {
  postgres?: ServerState;
  nats?: ServerState;
}

/**
 * Reads the state of a folder; nothing is known of one without.
 *
 * @throws WeftError FAILED_PRECONDITION `STATE_UNREADABLE`
 */
export async function readState(folder: string): Promise<EnginesState> {
  const file = join(folder, fileName);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw enginesRefused('STATE_UNREADABLE', `${file} cannot be read: ${error.message}`, error);
  });
  if (text === undefined) return {};
  const state = parseState(text);
  if (state === undefined)
    throw enginesRefused(
      'STATE_UNREADABLE',
      `${file} is not what was written there. End the servers that run in ${folder}, if any do, and delete the file.`,
    );
  return state;
}

/** Writes the state, whole or not at all, for this user alone: the URL has the password. */
export async function writeState(folder: string, state: EnginesState): Promise<void> {
  const file = join(folder, fileName);
  await writeFile(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Reads the text of a state; undefined if it is none. */
export function parseState(text: string): EnginesState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const servers = [value['postgres'], value['nats']];
  return servers.every((server) => server === undefined || isServerState(server)) ? value : undefined;
}

const fileName = 'state.json';

function isServerState(value: unknown): value is ServerState {
  if (!isRecord(value) || !isRecord(value['identity'])) return false;
  const { url, port, identity } = value;
  return (
    typeof url === 'string' &&
    Number.isInteger(port) &&
    Number.isInteger(identity['pid']) &&
    typeof identity['startedAt'] === 'string'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
