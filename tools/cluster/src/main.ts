#!/usr/bin/env node
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { removeClientProfile, writeClientProfile } from './client-profile';
import { type ClusterOptions, restartReplicas, startCluster } from './cluster';
import {
  type ClusterState,
  isServiceProcess,
  type ProcessState,
  readClusterState,
  removeClusterState,
  writeClusterState,
} from './cluster-state';
import { loadCommandConfig } from './config';
import { isReady, type ReplicaProcess } from './replica-process';

const pollIntervalMs = 50;
/** A process has the drain time, 10 s, and 2 s more. */
const stopTimeoutMs = 20_000;

const program = new Command('weft-cluster').description(
  'Runs weft on this machine as one process a service, on real engines.',
);
program
  .command('up')
  .description('starts every service that does not run and leaves all running')
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
  const config = loadCommandConfig();
  const options: ClusterOptions = { folder, ...config, detached: true };
  const running = readClusterState(folder);
  if (running?.processes.some(isServiceProcess)) await completeCluster(options, running);
  else await startNewCluster(options, config.adminKey === undefined);
}

async function startNewCluster(options: ClusterOptions, showsKey: boolean): Promise<void> {
  const cluster = await startCluster(options);
  writeClusterState(options.folder, {
    httpUrl: cluster.httpUrl,
    grpcAddress: cluster.grpcAddress,
    processes: cluster.replicas.map(stateOf),
  });
  writeClientProfile(options.folder, { url: cluster.httpUrl, apiKey: cluster.adminKey });
  if (showsKey)
    process.stdout.write(`weft admin key (kept in ${options.folder}/secrets.json): ${cluster.adminKey}\n`);
  printReady(cluster);
}

/** Starts again what has ended of a cluster that runs; what runs and is not ready is only reported. */
async function completeCluster(options: ClusterOptions, state: ClusterState): Promise<void> {
  const ended = state.processes.filter((each) => !isServiceProcess(each));
  if (ended.length === 0) process.stderr.write('weft runs already.\n');
  for (const { name } of ended) process.stderr.write(`${name} has ended; it is started again.\n`);
  const places = state.processes.map(({ place }) => place);
  const missing = ended.map(({ place }) => place);
  const started = missing.length === 0 ? [] : await restartReplicas(options, places, missing);
  const restarted = new Map(started.map((replica) => [replica.name, stateOf(replica)]));
  const processes = state.processes.map((each) => restarted.get(each.name) ?? each);
  writeClusterState(options.folder, { ...state, processes });
  const ready = await Promise.all(processes.map(({ place }) => isReady(place.probePort)));
  const unready = processes.filter((_, index) => !ready[index]).map(({ name }) => name);
  if (unready.length > 0) {
    process.stderr.write(`Not ready: ${unready.join(', ')}. Their logs are in ${options.folder}/logs.\n`);
    process.exitCode = 1;
    return;
  }
  printReady(state);
}

function stateOf({ name, pid, place }: ReplicaProcess): ProcessState {
  return { name, pid: pid!, place };
}

function printReady({ httpUrl, grpcAddress }: { httpUrl: string; grpcAddress: string }): void {
  process.stdout.write(`weft ready http=${httpUrl} grpc=${grpcAddress}\n`);
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
  removeClientProfile(folder);
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
  const ready = await Promise.all(state.processes.map(({ place }) => isReady(place.probePort)));
  state.processes.forEach(({ name, pid }, index) =>
    process.stdout.write(
      `${name.padEnd(16)} ${String(pid).padEnd(8)} ${ready[index] ? 'ready' : 'NOT READY'}\n`,
    ),
  );
  if (ready.includes(false)) process.exitCode = 1;
}
