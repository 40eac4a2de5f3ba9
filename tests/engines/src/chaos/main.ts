import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startCluster } from '@weft/cluster';
import { startEngines } from '@weft/engines';
import { startFakeProvider } from '@weft/fake-provider';
import { runChaos } from './run-chaos';
import { victimsOf } from './victims';

const tokens = Array.from({ length: 24 }, (_, index) => `word${index} `);

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      'rest-ms': { type: 'string', default: '500' },
    },
  });
  const kills = wholeNumber('--kills', values.kills);
  const seed = wholeNumber('--seed', values.seed);
  const restMsMax = wholeNumber('--rest-ms', values['rest-ms']);
  const folder = mkdtempSync(join(tmpdir(), 'weft-chaos-'));
  const engines = await startEngines({ folder: join(folder, 'engines'), given: {} });
  const provider = await startFakeProvider({ maxRecordedRequests: 1_000_000 });
  provider.setDefault({ text: tokens, delayBetweenTokensMs: 15 });
  const cluster = await startCluster({
    folder: join(folder, 'cluster'),
    databaseUrl: engines.databaseUrl,
    natsUrl: engines.natsUrl,
    env: { OPENAI_BASE_URL: provider.baseUrl, WEFT_ORCHESTRATOR_RUN_LEASE_MS: '5000' },
  });
  try {
    process.stdout.write(`chaos with --seed ${seed}\n`);
    const report = await runChaos(cluster, victimsOf(cluster, engines), provider, {
      kills,
      seed,
      restMsMax,
      log: (line) => process.stdout.write(`${line}\n`),
    });
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    if (report.problems.length > 0) process.exitCode = 1;
    process.stdout.write(`chaos: ${report.problems.length} problems\n`);
  } finally {
    await cluster.stop();
    await provider.close();
    await engines.stop();
    if (process.exitCode === 1) process.stdout.write(`logs are in ${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

/** A run without kills would find nothing, whatever is broken. */
function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new Error(`${option}: must be a whole number from 1, and is '${text}'`);
  return Number(text);
}
