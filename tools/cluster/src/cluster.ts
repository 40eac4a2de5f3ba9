import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificates } from '@weft/certificates';
import { layOutCluster, peersSetting, type ReplicaCounts, type ReplicaPlace } from './cluster-layout';
import { clusterSecrets } from './cluster-secrets';
import { replicaEnvironment } from './replica-environment';
import { ReplicaProcess } from './replica-process';
import { type ServiceName, serviceNames } from './service-names';

/** What to start. */
export interface ClusterOptions {
  /** The folder for certificates, secrets and logs; made if it is missing. */
  folder: string;
  databaseUrl: string;
  natsUrl: string;
  /** The stream of this weft on the NATS server. Default: `weft`. */
  natsNamespace?: string;
  /** How many of each service. Default: one. */
  replicas?: ReplicaCounts;
  /** Where services are that this cluster does not start itself; give them no replicas. */
  otherPeers?: Partial<Record<ServiceName, string>>;
  /** The ports of the first gateway's doors. Default: free ones. */
  doors?: { httpPort: number; grpcPort: number };
  /** Whether services reach each other over TLS. Default: yes. */
  tls?: boolean;
  /** The first API key. Default: one that is made and kept in the folder. */
  adminKey?: string;
  /** Added to the environment of every process. */
  env?: Record<string, string>;
  /** Added to the environment of a service's processes. */
  serviceEnv?: Partial<Record<ServiceName, Record<string, string>>>;
  /** Whether the processes outlive this one. Default: no. */
  detached?: boolean;
}

/** A weft of one process a service and replica. */
export interface Cluster {
  /** The first gateway's HTTP door. */
  httpUrl: string;
  /** The first gateway's gRPC door. */
  grpcAddress: string;
  adminKey: string;
  replicas: readonly ReplicaProcess[];
  /** A replica of a service, the first if no number is given. */
  replica(service: ServiceName, replica?: number): ReplicaProcess;
  /** Sends SIGTERM to every process and waits for them; resolves to their exit codes by name. */
  stop(): Promise<Record<string, number | null>>;
}

/**
 * Starts every service as a process of its own and waits until all are ready.
 *
 * @throws Error with what a process logged last when it does not get ready; the others are stopped then
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { replicas: counts = {}, detached = false } = options;
  const places = await layOutCluster(counts, options.doors);
  const { replicas, adminKey } = await prepareReplicas(options, places);
  const killAll = () => replicas.forEach((replica) => void replica.end('SIGKILL'));
  if (!detached) process.once('exit', killAll);
  await startAll(replicas);
  const find = (service: ServiceName, number = 0) =>
    replicas.find(({ place }) => place.service === service && place.replica === number)!;
  const doors = find('gateway').place.doors!;
  return {
    httpUrl: `http://127.0.0.1:${doors.httpPort}`,
    grpcAddress: `127.0.0.1:${doors.grpcPort}`,
    adminKey,
    replicas,
    replica: find,
    async stop() {
      const codes = await Promise.all(
        replicas.map(async (replica) => [replica.name, await replica.end('SIGTERM')] as const),
      );
      process.removeListener('exit', killAll);
      return Object.fromEntries(codes);
    },
  };
}

/**
 * Starts replicas of a cluster that runs, at the places where they were.
 *
 * @param allPlaces the places of every replica, those that still run included
 * @throws Error with what a process logged last when it does not get ready
 */
export async function restartReplicas(
  options: ClusterOptions,
  allPlaces: readonly ReplicaPlace[],
  missing: readonly ReplicaPlace[],
): Promise<ReplicaProcess[]> {
  const { replicas } = await prepareReplicas(options, allPlaces);
  const started = replicas.filter(({ place }) => missing.includes(place));
  await startAll(started);
  return started;
}

/** Starts replicas and waits until all are ready; kills them when one does not get ready. */
async function startAll(replicas: readonly ReplicaProcess[]): Promise<void> {
  for (const replica of replicas) replica.start();
  try {
    await Promise.all(replicas.map((replica) => replica.ready()));
  } catch (error) {
    replicas.forEach((replica) => void replica.end('SIGKILL'));
    throw error;
  }
}

async function prepareReplicas(options: ClusterOptions, places: readonly ReplicaPlace[]) {
  const { environmentOf, adminKey } = await prepare(options, places);
  const logs = join(options.folder, 'logs');
  const replicas = places.map((place) => {
    const logFile = join(logs, `${place.service}-${place.replica}.log`);
    return new ReplicaProcess(place, {
      env: environmentOf(place),
      logFile,
      detached: options.detached ?? false,
    });
  });
  return { replicas, adminKey };
}

/** Makes what the processes share: folders, secrets, certificates. */
async function prepare(options: ClusterOptions, places: readonly ReplicaPlace[]) {
  const { folder, databaseUrl, natsUrl, natsNamespace = 'weft', tls = true } = options;
  mkdirSync(join(folder, 'logs'), { recursive: true, mode: 0o700 });
  const secrets = clusterSecrets(folder, options.adminKey);
  const certificates = tls ? join(folder, 'certificates') : undefined;
  if (certificates !== undefined)
    await makeCertificates({ folder: certificates, services: [...serviceNames] });
  const peers = peersSetting(places, options.otherPeers);
  const shared = { peers, databaseUrl, natsUrl, natsNamespace, secrets, certificates };
  const environmentOf = (place: ReplicaPlace) => ({
    ...replicaEnvironment(place, shared),
    ...options.env,
    ...options.serviceEnv?.[place.service],
  });
  return { environmentOf, adminKey: secrets.adminKey };
}
