import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@weft/cluster';
import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import { createOwnDatabase } from '../postgres/own-database.fixture';
import { type Collector, startCollector } from './collector';

/** A weft of one process a service that sends its telemetry to a collector. */
export interface ObservedWeft {
  cluster: Cluster;
  provider: FakeProvider;
  collector: Collector;
  stop(): Promise<void>;
}

/** Starts collector, provider and every service, on a database and a stream of their own. */
export async function startObservedWeft(options: {
  adminKey: string;
  env: Record<string, string>;
}): Promise<ObservedWeft> {
  const natsUrl = process.env['WEFT_NATS_URL'];
  if (natsUrl === undefined) throw new Error('WEFT_NATS_URL must name a NATS server.');
  const [collector, provider, database, folder] = await Promise.all([
    startCollector(),
    startFakeProvider(),
    createOwnDatabase(),
    mkdtemp(join(tmpdir(), 'weft-observed-')),
  ]);
  const cleanUp = async () => {
    await Promise.all([collector.close(), provider.close(), database.drop()]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const cluster = await startCluster({
      folder,
      databaseUrl: database.url,
      natsUrl,
      natsNamespace: `telemetry-${randomUUID().slice(0, 8)}`,
      adminKey: options.adminKey,
      env: {
        OPENAI_BASE_URL: provider.baseUrl,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_BSP_SCHEDULE_DELAY: '100',
        OTEL_METRIC_EXPORT_INTERVAL: '500',
        ...options.env,
      },
    });
    const stop = async () => {
      await cluster.stop();
      await cleanUp();
    };
    return { cluster, provider, collector, stop };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}
