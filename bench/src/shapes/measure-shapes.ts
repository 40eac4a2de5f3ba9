import { addedFigures, medianFigures, type RoundFigures, toRoundFigures } from '../chat/chat-figures';
import { streamedChat, wholeChat } from '../load/exchange';
import { generateLoad } from '../load/generate-load';
import { streamModel, wholeModel } from '../system/chat-scripts';
import { processorTimeMs } from '../system/child-process';
import { type Endpoint } from '../system/system-under-test';
import { type DistributedWeft } from './start-distributed';

/** The same chat through both shapes: medians over all rounds of a setting. */
export interface ShapeFigures {
  kind: 'whole' | 'stream';
  connections: number;
  standalone: RoundFigures;
  distributed: RoundFigures;
  /** What a process a service adds to standalone: the median of the differences within each round. */
  added: { p50Ms: number; p99Ms: number; firstTokenP50Ms: number };
  /** Processor time of each process for one request, in milliseconds, most first. */
  processorMsPerRequest: { name: string; milliseconds: number }[];
  errorCount: number;
  errors: string[];
}

export interface ShapesOptions {
  seconds: number;
  rounds: number;
  onSetting(text: string): void;
}

const settings: Pick<ShapeFigures, 'kind' | 'connections'>[] = [
  { kind: 'whole', connections: 1 },
  { kind: 'stream', connections: 1 },
  { kind: 'whole', connections: 16 },
];

/** Drives standalone and the distributed shape in turn; who goes first changes from round to round. */
export async function measureShapes(
  standalone: Endpoint,
  distributed: DistributedWeft,
  options: ShapesOptions,
): Promise<ShapeFigures[]> {
  const results: ShapeFigures[] = [];
  for (const setting of settings) {
    options.onSetting(`${setting.kind} answers through both shapes, ${setting.connections} connections`);
    results.push(await measureSetting(standalone, distributed, setting, options));
  }
  return results;
}

async function measureSetting(
  standalone: Endpoint,
  { endpoint, cluster }: DistributedWeft,
  setting: Pick<ShapeFigures, 'kind' | 'connections'>,
  { seconds, rounds }: ShapesOptions,
): Promise<ShapeFigures> {
  const pairs: { direct: RoundFigures; weft: RoundFigures }[] = [];
  const processorMs = new Map<string, number>();
  const errors: string[] = [];
  let errorCount = 0;
  let requests = 0;
  const round = async (target: Endpoint, roundSeconds: number) => {
    const { figures, load } = await measureRound(target, setting, roundSeconds);
    errorCount += load.errorCount;
    errors.push(...load.errors.map((error) => `${target.name}: ${error}`));
    return { figures, answers: load.latenciesMs.length };
  };
  await round(standalone, Math.min(seconds, 2));
  await round(endpoint, Math.min(seconds, 2));
  for (let number = 0; number < rounds; number += 1) {
    const measureDistributed = async () => {
      const before = processorTimes(cluster);
      const { figures, answers } = await round(endpoint, seconds);
      requests += answers;
      for (const [name, time] of processorTimes(cluster))
        processorMs.set(name, (processorMs.get(name) ?? 0) + time - (before.get(name) ?? time));
      return figures;
    };
    const measureStandalone = async () => (await round(standalone, seconds)).figures;
    if (number % 2 === 0) {
      const direct = await measureStandalone();
      pairs.push({ direct, weft: await measureDistributed() });
    } else {
      const weft = await measureDistributed();
      pairs.push({ direct: await measureStandalone(), weft });
    }
  }
  return {
    ...setting,
    standalone: medianFigures(pairs.map(({ direct }) => direct)),
    distributed: medianFigures(pairs.map(({ weft }) => weft)),
    added: addedFigures(pairs),
    processorMsPerRequest: [...processorMs]
      .map(([name, milliseconds]) => ({ name, milliseconds: milliseconds / Math.max(requests, 1) }))
      .sort((left, right) => right.milliseconds - left.milliseconds),
    errorCount,
    errors: errors.slice(0, 10),
  };
}

async function measureRound(
  endpoint: Endpoint,
  { kind, connections }: Pick<ShapeFigures, 'kind' | 'connections'>,
  seconds: number,
) {
  const model = kind === 'whole' ? wholeModel : streamModel;
  const exchange = kind === 'whole' ? wholeChat(endpoint, model) : streamedChat(endpoint, model);
  const load = await generateLoad(endpoint.origin, exchange, { connections, seconds });
  return { load, figures: toRoundFigures(load, model.tokenCount, undefined) };
}

function processorTimes(cluster: DistributedWeft['cluster']): Map<string, number> {
  return new Map(cluster.replicas.map(({ name, pid }) => [name, processorTimeMs(pid!) ?? 0]));
}
