import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReplicaPlace } from './cluster-layout';

/** What is kept of a cluster whose processes outlive the command that started them. */
export interface ClusterState {
  httpUrl: string;
  grpcAddress: string;
  processes: ProcessState[];
}

/** One process of it. */
export interface ProcessState {
  name: string;
  pid: number;
  /** Where it is, so that it can be started again there. */
  place: ReplicaPlace;
}

/** Keeps the state in a cluster's folder. */
export function writeClusterState(folder: string, state: ClusterState): void {
  writeFileSync(stateFile(folder), JSON.stringify(state, null, 2), { mode: 0o600 });
}

/** The state of the cluster that was started in a folder and not stopped. */
export function readClusterState(folder: string): ClusterState | undefined {
  const file = stateFile(folder);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ClusterState) : undefined;
}

export function removeClusterState(folder: string): void {
  rmSync(stateFile(folder), { force: true });
}

/** Whether a process of the state still runs: ids come again, so it is asked what it runs. */
export function isServiceProcess({ pid, place: { service } }: ProcessState): boolean {
  try {
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes(join('services', service, 'dist', 'main.js'));
  } catch {
    return false;
  }
}

function stateFile(folder: string): string {
  return join(folder, 'cluster.json');
}
