import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';

/** How the command ended. */
export interface CommandEnd {
  exitCode: number | null;
  out: string;
  error: string;
}

/** A `weft` that runs. */
export interface RunningCommand {
  /** Resolves when what it wrote contains a text. Rejects when it ends without. */
  wrote(text: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  end: Promise<CommandEnd>;
}

/** Where and with which settings the command is started. */
export interface CommandSettings {
  url?: string;
  key?: string;
  cwd?: string;
  env?: Record<string, string>;
  /** What it reads from standard input; nothing if unset. */
  input?: string;
}

/** Starts the built command as its own process, with no settings but those given. */
export function startWeft(commandLine: readonly string[], settings: CommandSettings = {}): RunningCommand {
  const { url, key = 'test-key', cwd, env = {}, input } = settings;
  const child = spawn(process.execPath, [join(__dirname, '..', 'dist', 'main.js'), ...commandLine], {
    cwd,
    env: { ...(url && { WEFT_URL: url }), ...(key && { WEFT_API_KEY: key }), ...env },
  });
  child.stdin.end(input);
  return watch(child);
}

/** Runs the built command to its end. */
export function weft(commandLine: readonly string[], settings: CommandSettings = {}): Promise<CommandEnd> {
  return startWeft(commandLine, settings).end;
}

function watch(child: ChildProcessWithoutNullStreams): RunningCommand {
  let out = '';
  let error = '';
  const watchers = new Set<() => void>();
  const notify = () => watchers.forEach((watcher) => watcher());
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    notify();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    error += text;
    notify();
  });
  const end = new Promise<CommandEnd>((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, out, error }));
  });
  return {
    wrote: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!out.includes(text) && !error.includes(text)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        void end.then(() => reject(new Error(`it ended without writing '${text}': ${out}${error}`)));
      }),
    signal: (signal) => void child.kill(signal),
    end,
  };
}
