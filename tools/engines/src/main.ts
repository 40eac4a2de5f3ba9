#!/usr/bin/env node
import { Command } from 'commander';
import { loadEnginesConfig } from './config';
import { downEngines, engineStatus } from './down-engines';
import { enginesRefused } from './engine-error';
import { shellExports } from './shell-exports';
import { upEngines } from './up-engines';

interface Flags {
  folder: string;
}

const program = new Command('weft-engines').description(
  'Real PostgreSQL with pgvector and a real NATS server on this machine, without containers.',
);

command('up', 'starts what does not run yet, leaves it running, and prints how to reach it', up);
command('down', 'stops both; their data stays', down);
command('status', 'says what runs; ends with 1 unless both do', status);
command('env', 'prints how to reach what runs, and starts nothing', env);

program.parseAsync().catch((error: unknown) => {
  note(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});

function command(name: string, description: string, action: (flags: Flags) => Promise<void>): void {
  program
    .command(name)
    .description(description)
    .option('--folder <path>', 'where the data, the logs and the state are', '.weft/engines')
    .action(action);
}

async function up({ folder }: Flags): Promise<void> {
  const { databaseUrl, natsUrl } = loadEnginesConfig();
  print(shellExports(await upEngines({ folder, given: { databaseUrl, natsUrl }, note })));
}

async function down({ folder }: Flags): Promise<void> {
  await downEngines(folder, note);
}

async function status({ folder }: Flags): Promise<void> {
  const engines = await engineStatus(folder);
  for (const { name, server, isRunning } of engines)
    print(
      `${name} ${isRunning ? `runs, process ${server?.identity.pid} on port ${server?.port}` : 'does not run'}`,
    );
  if (!engines.every(({ isRunning }) => isRunning)) process.exitCode = 1;
}

async function env({ folder }: Flags): Promise<void> {
  const { databaseUrl, natsUrl } = loadEnginesConfig();
  const [postgres, nats] = (await engineStatus(folder)).map(({ server, isRunning }) =>
    isRunning ? server?.url : undefined,
  );
  const urls = { databaseUrl: databaseUrl ?? postgres, natsUrl: natsUrl ?? nats };
  if (urls.databaseUrl === undefined || urls.natsUrl === undefined)
    throw enginesRefused('ENGINES_DOWN', `The engines of ${folder} do not run: start them with 'up'.`);
  print(shellExports({ databaseUrl: urls.databaseUrl, natsUrl: urls.natsUrl }));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** To stderr: what is on stdout is for a shell to evaluate. */
function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
