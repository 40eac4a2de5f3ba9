import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, type ClusterOptions, startCluster } from '@weft/cluster';
import { startEngines } from '@weft/engines';
import { type Endpoint } from '../system/system-under-test';

/** weft as one process a service, on real engines. */
export interface DistributedWeft {
  /** Its gateway. */
  endpoint: Endpoint;
  cluster: Cluster;
  stop(): Promise<void>;
}

/** Starts engines, with data in a temporary folder on disk, and every service, over TLS; `serviceEnv` as the cluster takes it. */
export async function startDistributed(
  providerOrigin: string,
  serviceEnv: ClusterOptions['serviceEnv'] = {},
): Promise<DistributedWeft> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-distributed-'));
  const engines = await startEngines({ folder: join(folder, 'engines') });
  const end = async () => {
    await engines.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const cluster = await startCluster({
      folder: join(folder, 'cluster'),
      databaseUrl: engines.databaseUrl,
      natsUrl: engines.natsUrl,
      env: { OPENAI_BASE_URL: `${providerOrigin}/v1` },
      serviceEnv,
    });
    return {
      endpoint: {
        name: 'distributed',
        origin: cluster.httpUrl,
        apiKey: cluster.adminKey,
        pid: cluster.replica('gateway').pid!,
      },
      cluster,
      async stop() {
        await cluster.stop();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
