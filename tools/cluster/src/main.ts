#!/usr/bin/env node
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { startCluster } from './cluster';
import { isServiceProcess, readClusterState, removeClusterState, writeClusterState } from './cluster-state';
import { loadCommandConfig } from './config';
import { isReady } from './replica-process';

const pollIntervalMs = 50;
/** A process has the drain time, 10 s, and 2 s more. */
const stopTimeoutMs = 20_000;

const program = new Command('weft-cluster').description(
  'Runs weft on this machine as one process a service, on real engines.',
);
program
  .command('up')
  .description('starts every service and leaves it running')
  .requiredOption('--folder <path>', 'where certificates, secrets and logs are kept')
  .action(async ({ folder }: { folder: string }) => await up(resolve(folder)));
program
  .command('down')
  .description('stops every service')
  .requiredOption('--folder <path>', 'the folder that it was started with')
  .action(async ({ folder }: { folder: string }) => await down(resolve(folder)));
program
  .command('status')
  .description('tells which services are ready')
  .requiredOption('--folder <path>', 'the folder that it was started with')
  .action(async ({ folder }: { folder: string }) => await status(resolve(folder)));

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

async function up(folder: string): Promise<void> {
  const running = readClusterState(folder);
  if (running?.processes.some(isServiceProcess)) {
    process.stderr.write('weft runs already.\n');
    process.stdout.write(`weft ready http=${running.httpUrl} grpc=${running.grpcAddress}\n`);
    return;
  }
  const config = loadCommandConfig();
  const cluster = await startCluster({ folder, ...config, detached: true });
  writeClusterState(folder, {
    httpUrl: cluster.httpUrl,
    grpcAddress: cluster.grpcAddress,
    processes: cluster.replicas.map(({ name, pid, place }) => ({
      name,
      service: place.service,
      pid: pid!,
      probePort: place.probePort,
    })),
  });
  if (config.adminKey === undefined)
    process.stdout.write(`weft admin key (kept in ${folder}/secrets.json): ${cluster.adminKey}\n`);
  process.stdout.write(`weft ready http=${cluster.httpUrl} grpc=${cluster.grpcAddress}\n`);
}

async function down(folder: string): Promise<void> {
  const processes = (readClusterState(folder)?.processes ?? []).filter(isServiceProcess);
  for (const { pid } of processes) process.kill(pid, 'SIGTERM');
  const endsAt = performance.now() + stopTimeoutMs;
  let left = processes;
  while (left.length > 0 && performance.now() < endsAt) {
    await delay(pollIntervalMs);
    left = left.filter(isServiceProcess);
  }
  for (const { pid, name } of left) {
    process.stderr.write(`${name} did not stop in time and was killed.\n`);
    process.kill(pid, 'SIGKILL');
  }
  removeClusterState(folder);
  process.stderr.write(`stopped ${processes.length} processes.\n`);
  if (left.length > 0) process.exitCode = 1;
}

async function status(folder: string): Promise<void> {
  const state = readClusterState(folder);
  if (state === undefined) {
    process.stdout.write('weft does not run.\n');
    process.exitCode = 1;
    return;
  }
  const ready = await Promise.all(state.processes.map(({ probePort }) => isReady(probePort)));
  state.processes.forEach(({ name, pid }, index) =>
    process.stdout.write(
      `${name.padEnd(16)} ${String(pid).padEnd(8)} ${ready[index] ? 'ready' : 'NOT READY'}\n`,
    ),
  );
  if (ready.includes(false)) process.exitCode = 1;
}
