#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { startFakeProvider } from './fake-provider';
import { parseScriptDocument } from './parse-script';

interface Flags {
  host: string;
  port: number;
  script?: string;
  models?: string;
  apiKey?: string;
}

const program = new Command('weft-fake-provider')
  .description('An OpenAI-compatible server that does what scripts say.')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <number>', 'port to listen on; 0 lets the system choose', parsePort, 0)
  .option('--script <file>', 'JSON document of scripts: { "enqueue": [], "default": {}, "named": {} }')
  .option('--models <names>', 'names that GET /v1/models lists, with commas between')
  .option('--api-key <key>', 'refuse requests without this key')
  .action(run);

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

async function run(flags: Flags): Promise<void> {
  const scripts =
    flags.script === undefined ? {} : parseScriptDocument(JSON.parse(await readFile(flags.script, 'utf8')));
  const provider = await startFakeProvider({
    host: flags.host,
    port: flags.port,
    apiKey: flags.apiKey,
    models: flags.models?.split(','),
    scripts,
  });
  const stop = () => void provider.close();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  process.stdout.write(`fake-provider ready ${provider.baseUrl}\n`);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new InvalidArgumentError('must be a port from 0 to 65535');
  return port;
}
