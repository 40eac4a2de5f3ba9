import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chatScripts, scriptedModels } from './chat-scripts';
import { type ReadyProcess, startProcess } from './child-process';

/** A server of the OpenAI API. */
export interface Endpoint {
  name: 'direct' | 'weft' | 'distributed' | 'observed';
  origin: string;
  apiKey: string;
  pid: number;
}

/** The fake provider, and a standalone that answers through it. */
export interface SystemUnderTest {
  direct: Endpoint;
  weft: Endpoint;
  /** From the start of standalone's process, in an empty data folder, to its ready line. */
  firstStartMs: number;
  stop(): Promise<void>;
}

const repository = join(__dirname, '..', '..', '..');
const adminKey = 'weft_admin_of_the_benchmark';

/** Starts both, each in a process of its own, with data in a temporary folder on disk. */
export async function startSystem(): Promise<SystemUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  const started: Pick<ReadyProcess, 'stop'>[] = [];
  const stop = async () => {
    for (const running of started.toReversed()) await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const provider = await startFakeProvider(folder);
    started.push(provider);
    const providerOrigin = provider.match[1]!;
    const standalone = await startStandalone({ name: 'standalone', folder, providerOrigin, env: {} });
    started.push(standalone);
    return {
      direct: { name: 'direct', origin: providerOrigin, apiKey: 'none', pid: provider.pid },
      weft: standalone.endpoint,
      firstStartMs: standalone.startMs,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startFakeProvider(folder: string): Promise<ReadyProcess> {
  const scripts = join(folder, 'scripts.json');
  writeFileSync(scripts, JSON.stringify(chatScripts));
  return startProcess({
    name: 'provider',
    script: join(repository, 'tools', 'fake-provider', 'dist', 'main.js'),
    arguments: ['--script', scripts, '--models', scriptedModels.map(({ model }) => model).join(',')],
    readyLine: /^fake-provider ready (\S+)\/v1$/,
    readyTimeoutMs: 10_000,
  });
}

/** What a standalone is started with. */
export interface StandaloneOptions {
  /** `observed` is one with telemetry, beside one without. */
  name: 'standalone' | 'observed';
  /** Where its data folder is made. */
  folder: string;
  providerOrigin: string;
  /** Beside what every run sets. */
  env: Record<string, string>;
}

/** Starts a standalone in a process of its own. */
export async function startStandalone({
  name,
  folder,
  providerOrigin,
  env,
}: StandaloneOptions): Promise<{ endpoint: Endpoint; startMs: number; stop(): Promise<void> }> {
  const { match, pid, startMs, stop } = await startProcess({
    name,
    script: join(repository, 'apps', 'standalone', 'dist', 'main.js'),
    env: {
      WEFT_DATA_DIR: join(folder, 'data'),
      WEFT_HTTP_PORT: '0',
      WEFT_GRPC_PORT: '0',
      WEFT_ADMIN_KEY: adminKey,
      WEFT_SAMPLE: 'false',
      OPENAI_BASE_URL: `${providerOrigin}/v1`,
      ...env,
    },
    readyLine: /^weft ready http=(\S+) grpc=/,
    readyTimeoutMs: 60_000,
  });
  const endpoint: Endpoint = {
    name: name === 'standalone' ? 'weft' : name,
    origin: match[1]!,
    apiKey: adminKey,
    pid,
  };
  return { endpoint, startMs, stop };
}
