import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A process that was started and is ready. */
export interface ReadyProcess {
  pid: number;
  /** What the ready line matched. */
  match: RegExpMatchArray;
  /** From its start to the ready line. */
  startMs: number;
  /** Stops it, and waits until it is gone. */
  stop(): Promise<void>;
}

/** What is started, and how it says that it is ready. */
export interface ProcessSpec {
  name: string;
  script: string;
  arguments?: readonly string[];
  env?: Record<string, string>;
  /** A line on its stdout. */
  readyLine: RegExp;
  readyTimeoutMs: number;
}

const stopTimeoutMs = 20_000;
const kept = 20;

/**
 * Starts a script on this Node and waits for its ready line. What it writes to stderr goes to ours.
 *
 * @throws Error with its last lines when it ends, or is not ready in time
 */
export async function startProcess(spec: ProcessSpec): Promise<ReadyProcess> {
  const started = performance.now();
  const child = spawn(process.execPath, [...nodeOptions(spec.name), spec.script, ...(spec.arguments ?? [])], {
    env: { PATH: process.env['PATH'], ...spec.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Nobody else would end it where this process is ended before its time.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.removeListener('exit', end));
  try {
    const match = await readyMatch(child, spec);
    return {
      pid: child.pid!,
      match,
      startMs: performance.now() - started,
      stop: () => stopChild(child),
    };
  } catch (error) {
    await stopChild(child);
    throw error;
  }
}

/** Extra options of Node for one of the processes, such as `WEFT_BENCH_NODE_OPTIONS_STANDALONE="--cpu-prof"`. */
function nodeOptions(name: string): string[] {
  return process.env[`WEFT_BENCH_NODE_OPTIONS_${name.toUpperCase()}`]?.split(' ').filter(Boolean) ?? [];
}

function readyMatch(child: ChildProcess, spec: ProcessSpec): Promise<RegExpMatchArray> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`${spec.name} ${what}\n${lines.join('\n')}`));
    const timer = setTimeout(
      () => fail(`was not ready within ${spec.readyTimeoutMs} ms`),
      spec.readyTimeoutMs,
    );
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`ended before it was ready (${signal ?? code})`);
    });
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (lines.push(line) > kept) lines.shift();
      const match = line.match(spec.readyLine);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    });
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await gone;
  clearTimeout(timer);
}

/** The processor time that a process has used with all its threads, in milliseconds; undefined where `/proc` does not say. */
export function processorTimeMs(pid: number): number | undefined {
  const fields = statFields(`/proc/${pid}/stat`);
  // In ticks of 10 ms: utime and stime are the 14th and 15th field, the first two of which are cut off.
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The resident memory of a process in MiB; undefined where `/proc` does not say. */
export function residentMebibytes(pid: number): number | undefined {
  const fields = statFields(`/proc/${pid}/stat`);
  // In pages of 4 KiB.
  return fields === undefined ? undefined : Number(fields[21]) / 256;
}

/** The fields after the name, which may itself have spaces. */
function statFields(file: string): string[] | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
