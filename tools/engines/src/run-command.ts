import { execFile, type ExecFileException } from 'node:child_process';
import { type Account } from './account';

/** How a command is run. */
export interface CommandOptions {
  /** The user it runs as; undefined is the user of this process. */
  account?: Account | undefined;
  /** Its whole environment; undefined hands on that of this process. */
  env?: Record<string, string> | undefined;
  /** Text for its stdin. */
  input?: string;
  cwd?: string;
  timeoutMs: number;
}

/** A command that could not start, was ended by a signal, or ended with another code than 0. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    /** What it wrote to stdout and stderr, at most the last 4,000 characters. */
    readonly output: string,
    /** The error code where it could not start, such as ENOENT. */
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

/**
 * Runs a command to its end and answers with what it wrote to stdout.
 *
 * @throws CommandError
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const { account, env, input, cwd, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { ...account, env, cwd, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(commandError(command, error, `${stdout}${stderr}`, timeoutMs));
      },
    );
    // A command that ends without reading its input breaks the pipe; its exit code says what is to be said.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}

function commandError(
  command: string,
  error: ExecFileException,
  output: string,
  timeoutMs: number,
): CommandError {
  const text = output.trim().slice(-4000);
  const how =
    error.killed === true ? `took longer than ${timeoutMs} ms` : `failed (${error.code ?? error.signal})`;
  return new CommandError(
    `${command} ${how}${text === '' ? '' : `: ${text}`}`,
    text,
    typeof error.code === 'string' ? error.code : undefined,
  );
}
