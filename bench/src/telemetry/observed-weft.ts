import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, serviceNames } from '@weft/cluster';
import { startDistributed } from '../shapes/start-distributed';
import { processorTimeMs } from '../system/child-process';
import { type Endpoint, startStandalone } from '../system/system-under-test';

/** A weft that was started to be compared with another. */
export interface ComparedWeft {
  endpoint: Endpoint;
  /** Where its metrics are read; none without telemetry. */
  metricsUrls: string[];
  /** The processor time that all its processes have used. */
  processorMs(): number | undefined;
  stop(): Promise<void>;
}

export type WeftShape = 'standalone' | 'distributed';

/** Starts a weft in a shape, with an empty database; with `receiverOrigin`, with all of its telemetry and default sampling. */
export function startCompared(
  shape: WeftShape,
  providerOrigin: string,
  receiverOrigin: string | undefined,
): Promise<ComparedWeft> {
  const start = shape === 'standalone' ? startOneProcess : startManyProcesses;
  return start(providerOrigin, receiverOrigin);
}

async function startOneProcess(providerOrigin: string, receiverOrigin?: string): Promise<ComparedWeft> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-telemetry-'));
  const [port] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  try {
    const { endpoint, stop } = await startStandalone({
      // Options of Node for one of both are those of its name.
      name: receiverOrigin === undefined ? 'standalone' : 'observed',
      folder,
      providerOrigin,
      env: receiverOrigin === undefined ? {} : telemetryOf(receiverOrigin, address),
    });
    return {
      endpoint,
      metricsUrls: receiverOrigin === undefined ? [] : [`http://${address}/metrics`],
      processorMs: () => processorTimeMs(endpoint.pid),
      async stop() {
        await stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startManyProcesses(providerOrigin: string, receiverOrigin?: string): Promise<ComparedWeft> {
  const ports = await freePorts(serviceNames.length);
  const addresses = serviceNames.map((service, index) => [service, `127.0.0.1:${ports[index]}`] as const);
  const serviceEnv =
    receiverOrigin === undefined
      ? {}
      : Object.fromEntries(
          addresses.map(([service, address]) => [service, telemetryOf(receiverOrigin, address)]),
        );
  const { endpoint, cluster, stop } = await startDistributed(providerOrigin, serviceEnv);
  return {
    endpoint: receiverOrigin === undefined ? endpoint : { ...endpoint, name: 'observed' },
    metricsUrls:
      receiverOrigin === undefined ? [] : addresses.map(([, address]) => `http://${address}/metrics`),
    processorMs() {
      const times = cluster.replicas.map(({ pid }) => processorTimeMs(pid!));
      return times.reduce(
        (sum, time) => (sum === undefined || time === undefined ? undefined : sum + time),
        0,
      );
    },
    stop,
  };
}

function telemetryOf(receiverOrigin: string, metricsAddress: string): Record<string, string> {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: receiverOrigin, WEFT_METRICS_ADDRESS: metricsAddress };
}
