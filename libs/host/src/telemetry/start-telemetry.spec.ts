import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { metrics, openSpan, silentLogger } from '@weft/runtime';
import { startTelemetry, type Telemetry } from './start-telemetry';
import { loadTelemetryConfig } from './telemetry-config';

let telemetry: Telemetry | undefined;
let server: Server | undefined;

const start = async (env: Record<string, string>) =>
  (telemetry = await startTelemetry({
    config: loadTelemetryConfig(env),
    serviceName: 'test',
    logger: silentLogger,
  }));
const scrape = (path = '/metrics', method = 'GET') =>
  fetch(`http://127.0.0.1:${telemetry!.metricsPort}${path}`, { method });

afterEach(async () => {
  await telemetry?.stop();
  telemetry = undefined;
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

it('measures and makes nothing when nothing is set', async () => {
  await start({});
  expect([openSpan('work', 'server', undefined, {}), metrics.modelDuration.measured]).toEqual([
    undefined,
    false,
  ]);
});

it('serves what was measured, with its labels', async () => {
  await start({ WEFT_METRICS_ADDRESS: '127.0.0.1:0' });
  metrics.runs.add(2, { 'weft.run.state': 'completed' });
  expect(await (await scrape()).text()).toContain('weft_runs_total{weft_run_state="completed"} 2');
});

it.each([
  ['/metrics', 'POST', 405],
  ['/', 'GET', 404],
  ['//', 'GET', 404],
])('answers nothing but GET /metrics: %s %s', async (path, method, status) => {
  await start({ WEFT_METRICS_ADDRESS: '127.0.0.1:0' });
  expect((await scrape(path, method)).status).toBe(status);
});

it('refuses a port that another has', async () => {
  await start({ WEFT_METRICS_ADDRESS: '127.0.0.1:0' });
  const config = loadTelemetryConfig({ WEFT_METRICS_ADDRESS: `127.0.0.1:${telemetry!.metricsPort}` });
  const second = startTelemetry({ config, serviceName: 'test', logger: silentLogger });
  await expect(second).rejects.toMatchObject({ reason: 'ADDRESS_IN_USE' });
});

/** What a process of its own sends and logs; within jest nothing can be sent. */
async function sentBy(
  endpoint: string,
  body: string,
  env: Record<string, string> = {},
): Promise<{ code: number; logged: string[] }> {
  const host = JSON.stringify(join(__dirname, '..', '..', 'dist', 'index.js'));
  const runtime = JSON.stringify(join(__dirname, '..', '..', '..', 'runtime', 'dist', 'index.js'));
  const script = `
    const { loadTelemetryConfig, startTelemetry } = require(${host});
    const { createLogger, metrics, openSpan } = require(${runtime});
    void (async () => {
      const logger = createLogger({ level: 'info' });
      const telemetry = await startTelemetry({ config: loadTelemetryConfig(process.env), serviceName: 'test', logger });
      ${body}
      await telemetry.stop();
      process.exit(0);
    })();`;
  const child = spawn(process.execPath, ['-e', script], {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=canary',
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_METRIC_EXPORT_INTERVAL: '100',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let logged = '';
  child.stderr.on('data', (chunk: Buffer) => (logged += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, logged: logged.split('\n').filter(Boolean) };
}

async function listen(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('sends the spans that are still there when the process ends', async () => {
  const paths: string[] = [];
  const endpoint = await listen((request, response) => {
    paths.push(request.url!);
    request.resume().on('end', () => response.writeHead(200).end());
  });
  await sentBy(endpoint, `openSpan('work', 'server', undefined, {}).end();`);
  expect(paths).toContain('/v1/traces');
});

it.each(['traces', 'metrics', 'logs'])('sends everything but %s where they go elsewhere', async (signal) => {
  const paths = new Set<string>();
  const endpoint = await listen((request, response) => {
    paths.add(request.url!);
    request.resume().on('end', () => response.writeHead(200).end());
  });
  const body = `openSpan('work', 'server', undefined, {})?.end(); metrics.runs.add(1, {}); logger.info({}, 'a line');`;
  await sentBy(endpoint, body, { [`OTEL_${signal.toUpperCase()}_EXPORTER`]: 'none' });
  const others = ['/v1/logs', '/v1/metrics', '/v1/traces'].filter((path) => !path.endsWith(signal));
  expect([...paths].sort()).toEqual(others);
});

it('ends, and fails nothing, with a collector that takes connections and never answers', async () => {
  const endpoint = await listen(() => undefined);
  const { code } = await sentBy(endpoint, `openSpan('work', 'server', undefined, {}).end();`);
  expect(code).toBe(0);
});

it('logs once that a collector is away, without its address or headers', async () => {
  // A port that was free a moment ago.
  const endpoint = (await listen(() => undefined)).replace('//', '//canary:secret@');
  server!.close();
  const waited = `metrics.runs.add(1, {}); await new Promise((resolve) => setTimeout(resolve, 500));`;
  const { logged } = await sentBy(endpoint, waited);
  expect([logged.length, logged[0]]).toEqual([1, expect.stringContaining('telemetry could not be sent')]);
  expect(logged.join()).not.toContain('canary');
});
