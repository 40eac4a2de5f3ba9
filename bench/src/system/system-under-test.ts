import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chatScripts, scriptedModels } from './chat-scripts';
import { type ReadyProcess, startProcess } from './child-process';

/** A server of the OpenAI API. */
export interface Endpoint {
  name: 'direct' | 'weft' | 'distributed';
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
  const started: ReadyProcess[] = [];
  const stop = async () => {
    for (const running of started.toReversed()) await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const provider = await startFakeProvider(folder);
    started.push(provider);
    const standalone = await startStandalone(folder, `${provider.match[1]}/v1`);
    started.push(standalone);
    return {
      direct: { name: 'direct', origin: provider.match[1]!, apiKey: 'none', pid: provider.pid },
      weft: { name: 'weft', origin: standalone.match[1]!, apiKey: adminKey, pid: standalone.pid },
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

function startStandalone(folder: string, providerUrl: string): Promise<ReadyProcess> {
  return startProcess({
    name: 'standalone',
    script: join(repository, 'apps', 'standalone', 'dist', 'main.js'),
    env: {
      WEFT_DATA_DIR: join(folder, 'data'),
      WEFT_HTTP_PORT: '0',
      WEFT_GRPC_PORT: '0',
      WEFT_ADMIN_KEY: adminKey,
      WEFT_SAMPLE: 'false',
      OPENAI_BASE_URL: providerUrl,
    },
    readyLine: /^weft ready http=(\S+) grpc=/,
    readyTimeoutMs: 60_000,
  });
}
