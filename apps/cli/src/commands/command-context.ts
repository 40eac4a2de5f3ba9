import { type Command } from 'commander';
import { type CliConfig } from '../config';
import { findDoor, type DoorOptions } from '../door/door-address';
import { createDoorClient, type DoorClient } from '../door/door-client';
import { type Interruption } from '../interruption';
import { type Terminal } from '../terminal';

/** What every command is given. */
export interface CommandContext {
  terminal: Terminal;
  interruption: Interruption;
  /** The settings. Throws UsageError when they are wrong. */
  config(): CliConfig;
  /** The exit code of a command that ended without an error; 0 unless it is set. */
  exitCode: number;
}

/** Calls weft as the command line says, and closes the connection afterwards. */
export async function withDoor(
  context: CommandContext,
  command: Command,
  work: (client: DoorClient, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const client = createDoorClient(findDoor(command.optsWithGlobals<DoorOptions>(), context.config()));
  try {
    await work(client, context.interruption.requested);
  } finally {
    await client.close();
  }
}
