import { WeftError } from '@weft/errors';
import { type Environment } from '@weft/runtime';
import { CommanderError } from 'commander';
import { type CommandContext } from './commands/command-context';
import { loadCliConfig } from './config';
import { exitCodeOfSignal, exitCodes } from './exit-codes';
import { Interruption } from './interruption';
import { printError } from './print-error';
import { createProgram } from './program';
import { flushed, type Terminal } from './terminal';
import { UsageError } from './usage-error';

/**
 * Runs one command line.
 *
 * @returns the exit code
 */
export async function runCli(commandLine: readonly string[], env: Environment): Promise<number> {
  const terminal: Terminal = { out: process.stdout, error: process.stderr };
  exitQuietlyWithoutReader(terminal);
  const interruption = new Interruption();
  const stopListening = interruption.listen();
  const context: CommandContext = {
    terminal,
    interruption,
    config: () => loadCliConfig(env),
    exitCode: exitCodes.ok,
  };
  let exitCode: number;
  try {
    await createProgram(context).parseAsync(commandLine, { from: 'user' });
    exitCode = context.exitCode;
  } catch (error) {
    exitCode = exitCodeOf(error);
    // The parser has said already what is wrong; whoever interrupts knows that it was interrupted.
    if (!(error instanceof CommanderError) && !isInterruption(error)) printError(terminal, error);
  }
  stopListening();
  await Promise.all([flushed(terminal.out), flushed(terminal.error)]);
  return interruption.signal === undefined ? exitCode : exitCodeOfSignal(interruption.signal);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const isUsage =
    error instanceof UsageError || (error instanceof WeftError && error.reason === 'BAD_CONFIGURATION');
  return isUsage ? exitCodes.usage : exitCodes.failed;
}

function isInterruption(error: unknown): boolean {
  return error instanceof WeftError && error.reason === 'INTERRUPTED';
}

/** A reader such as `head` that has seen enough closes the pipe: that is no error. */
function exitQuietlyWithoutReader({ out, error }: Terminal): void {
  const onError = ({ code }: NodeJS.ErrnoException) => {
    process.exit(code === 'EPIPE' ? exitCodes.ok : exitCodes.failed);
  };
  out.on('error', onError);
  error.on('error', onError);
}
