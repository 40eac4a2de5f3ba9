import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'undici';
import { idleModel } from '../system/chat-scripts';
import { residentMebibytes } from '../system/child-process';
import { type DistributedWeft } from './start-distributed';

/** What open streams without traffic cost. */
export interface IdleStreamFigures {
  streams: number;
  /** How much each process grew for each stream, in KiB, most first. */
  kibibytesPerStream: { name: string; kibibytes: number }[];
  errors: string[];
}

/** Memory settles after a while: the smallest of several looks counts. */
const settleMs = 8000;
const looks = 8;
const openTimeoutMs = 60_000;

/** Opens streams that get one token and then nothing, and looks at what each process has grown by. */
export async function measureIdleStreams(
  { endpoint, cluster }: DistributedWeft,
  count: number,
): Promise<IdleStreamFigures> {
  const open = (streams: number) => openStreams(endpoint.origin, endpoint.apiKey, streams);
  // The first ones load code and grow pools, which no later stream pays for again.
  const first = await open(count);
  await first.close();
  const before = await residentMemory(cluster);
  const held = await open(count);
  const after = await residentMemory(cluster);
  await held.close();
  return {
    streams: count,
    kibibytesPerStream: [...after]
      .map(([name, mebibytes]) => ({ name, kibibytes: ((mebibytes - before.get(name)!) * 1024) / count }))
      .sort((left, right) => right.kibibytes - left.kibibytes),
    errors: [...first.errors, ...held.errors].slice(0, 10),
  };
}

interface OpenStreams {
  errors: string[];
  close(): Promise<void>;
}

async function openStreams(origin: string, apiKey: string, count: number): Promise<OpenStreams> {
  const errors: string[] = [];
  const clients = Array.from(
    { length: count },
    () => new Client(origin, { bodyTimeout: 0, headersTimeout: 0 }),
  );
  const openOne = async (client: Client) => {
    const { statusCode, body } = await client.request({
      path: '/v1/chat/completions',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({
        model: idleModel.model,
        stream: true,
        messages: [{ role: 'user', content: 'Wait.' }],
      }),
      signal: AbortSignal.timeout(openTimeoutMs),
    });
    body.on('error', () => undefined);
    if (statusCode !== 200) errors.push(`status ${statusCode}`);
    else await new Promise<void>((resolve) => body.once('data', () => resolve()));
  };
  // Not all at once: what is measured is how they stay open, not how they open.
  const width = 50;
  for (let begin = 0; begin < count; begin += width) {
    const opened = await Promise.allSettled(clients.slice(begin, begin + width).map(openOne));
    for (const outcome of opened) if (outcome.status === 'rejected') errors.push(String(outcome.reason));
  }
  return {
    errors,
    async close() {
      await Promise.all(clients.map((client) => client.destroy()));
    },
  };
}

async function residentMemory(cluster: DistributedWeft['cluster']): Promise<Map<string, number>> {
  const smallest = new Map<string, number>();
  for (let look = 0; look < looks; look += 1) {
    await delay(settleMs / looks);
    for (const { name, pid } of cluster.replicas) {
      const mebibytes = residentMebibytes(pid!) ?? 0;
      smallest.set(name, Math.min(smallest.get(name) ?? Infinity, mebibytes));
    }
  }
  return smallest;
}
