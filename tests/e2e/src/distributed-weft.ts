import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '@weft/cluster';
import { engines } from './shape';
import { databaseFor, dropDatabase } from './test-database';
import { adminKey, type WeftProcess } from './weft-process';

/** Starts one process a service, on real engines with a database and a stream of their own. */
export async function startDistributed(env: Record<string, string>): Promise<WeftProcess> {
  if (engines === undefined) throw new Error('the distributed shape needs real engines');
  const { databaseUrl, name } = await databaseFor(engines.databaseUrl, randomUUID());
  const folder = await mkdtemp(join(tmpdir(), 'weft-distributed-'));
  const cluster = await startCluster({
    folder,
    databaseUrl,
    natsUrl: engines.natsUrl,
    natsNamespace: name,
    adminKey,
    env,
  });
  const cleanUp = async () => {
    await dropDatabase(engines!.databaseUrl, name);
    await rm(folder, { recursive: true, force: true });
  };
  return {
    httpUrl: cluster.httpUrl,
    grpcAddress: cluster.grpcAddress,
    stdout: [],
    stderr: () => cluster.replicas.map((replica) => replica.log()).join('\n'),
    async kill() {
      await Promise.all(cluster.replicas.map((replica) => replica.end('SIGKILL')));
      await cleanUp();
    },
    async stop() {
      const codes = Object.values(await cluster.stop());
      await cleanUp();
      return codes.find((code) => code !== 0) ?? 0;
    },
  };
}
