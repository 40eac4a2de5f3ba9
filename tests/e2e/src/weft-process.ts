import { join } from 'node:path';
import { startDistributed } from './distributed-weft';
import { shape } from './shape';
import { startStandalone } from './standalone-weft';

export const adminKey = 'weft_admin_0123456789abcdef';

/** The repository's root. */
export const root = join(__dirname, '..', '..', '..');

/** A weft that runs. */
export interface WeftProcess {
  httpUrl: string;
  grpcAddress: string;
  /** What it has written to stdout, line by line. */
  stdout: string[];
  /** What it has logged. */
  stderr(): string;
  /** Sends SIGKILL and waits for the end. */
  kill(): Promise<void>;
  /** Sends SIGTERM and waits for the end; resolves to the exit code, the first that is not 0 where there are several. */
  stop(): Promise<number | null>;
}

/**
 * Starts the built weft on free ports, in the shape and on the engines of this run, and waits until it is ready.
 *
 * @param env replaces the defaults: data in memory, no sample, a known admin key
 */
export async function startWeft(env: Record<string, string> = {}): Promise<WeftProcess> {
  return shape === 'distributed' ? await startDistributed(env) : await startStandalone(env);
}
