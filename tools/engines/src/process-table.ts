import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process as the system sees it. */
export interface ProcessEntry {
  pid: number;
  parentPid: number;
  /** One letter as `ps` prints it: `T` is stopped, `Z` has ended and only its parent has not asked how. */
  state: string;
  /** When it started, as the system writes it. With the pid it names one process for ever: pids are used again. */
  startedAt: string;
}

/** All processes of this machine. */
export function listProcesses(): ProcessEntry[] {
  if (process.platform !== 'linux') return parseProcessTable(readProcessTable());
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => findProcess(Number(name)) ?? []);
}

/** One process, or undefined if there is none. */
export function findProcess(pid: number): ProcessEntry | undefined {
  if (process.platform !== 'linux') return listProcesses().find((entry) => entry.pid === pid);
  try {
    return parseProcessStatus(readFileSync(`/proc/${pid}/stat`, 'utf8'), bootOf());
  } catch {
    // It has ended.
    return undefined;
  }
}

/** Reads what Linux says in `/proc/<pid>/stat`, see proc_pid_stat(5). */
export function parseProcessStatus(text: string, boot: string): ProcessEntry {
  // The second field is the program's name in brackets, with any characters in it.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  return {
    pid: Number.parseInt(text, 10),
    state: fields[0] ?? '',
    parentPid: Number(fields[1]),
    // Ticks since the machine started: another start counts from zero again.
    startedAt: `${boot}/${fields[19]}`,
  };
}

/** Reads what `ps -A -o pid=,ppid=,state=,lstart=` prints. */
export function parseProcessTable(text: string): ProcessEntry[] {
  return text.split('\n').flatMap((line) => {
    const [pid, parentPid, state, ...start] = line.trim().split(/\s+/);
    if (start.length === 0) return [];
    return [
      {
        pid: Number(pid),
        parentPid: Number(parentPid),
        state: state!.slice(0, 1),
        startedAt: start.join(' '),
      },
    ];
  });
}

let boot: string | undefined;

function bootOf(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
}

function readProcessTable(): string {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,state=,lstart='], { encoding: 'utf8' });
}
