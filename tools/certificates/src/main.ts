#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { makeCertificates } from './make-certificates';

const usage = 'usage: weft-certificates --folder <path> [--days <number>] <service> …';

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { folder: { type: 'string' }, days: { type: 'string' } },
    allowPositionals: true,
  });
  if (values.folder === undefined || positionals.length === 0) throw new Error(usage);
  const days = values.days === undefined ? undefined : Number(values.days);
  await makeCertificates({ folder: values.folder, services: positionals, days });
  process.stdout.write(`certificates of ${positionals.join(', ')} in ${values.folder}\n`);
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
