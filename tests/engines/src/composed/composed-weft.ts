import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, type ClusterOptions, startCluster } from '@weft/cluster';
import { type Engines, startEngines } from '@weft/engines';
import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';

/** A weft of one process a service, with engines of its own that may be stopped and killed. */
export interface ComposedWeft {
  cluster: Cluster;
  engines: Engines;
  provider: FakeProvider;
  stop(): Promise<void>;
}

/** Starts engines, provider and every service. */
export async function startComposedWeft(
  options: Omit<ClusterOptions, 'folder' | 'databaseUrl' | 'natsUrl'> = {},
): Promise<ComposedWeft> {
  const folder = await mkdtemp(join(tmpdir(), 'weft-composed-'));
  const provider = await startFakeProvider({ maxRecordedRequests: 100_000 });
  const engines = await startEngines({ folder: join(folder, 'engines') });
  const end = async () => {
    await provider.close();
    await engines.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const cluster = await startCluster({
      ...options,
      folder: join(folder, 'cluster'),
      databaseUrl: engines.databaseUrl,
      natsUrl: engines.natsUrl,
      env: { OPENAI_BASE_URL: provider.baseUrl, ...options.env },
    });
    const stop = async () => {
      await cluster.stop();
      await end();
    };
    return { cluster, engines, provider, stop };
  } catch (error) {
    await end();
    throw error;
  }
}
