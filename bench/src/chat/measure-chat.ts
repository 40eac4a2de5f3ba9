import { type Exchange, streamedChat, wholeChat } from '../load/exchange';
import { generateLoad } from '../load/generate-load';
import { streamModel, wholeModel } from '../system/chat-scripts';
import { processorTimeMs } from '../system/child-process';
import { type Endpoint, type SystemUnderTest } from '../system/system-under-test';
import {
  addedFigures,
  medianFigures,
  type RoundFigures,
  type SettingFigures,
  toRoundFigures,
} from './chat-figures';

/** How chat is measured. */
export interface ChatOptions {
  seconds: number;
  rounds: number;
  /** Told before each setting. */
  onSetting(text: string): void;
}

interface Setting {
  kind: SettingFigures['kind'];
  connections: number;
  tokenCount: number;
  exchangeOf(endpoint: Endpoint): Exchange;
}

interface MeasuredRound {
  figures: RoundFigures;
  errorCount: number;
  errors: string[];
}

const connectionCounts = [1, 16, 64];

/** Drives the provider directly and through weft, in turn, with whole answers and with streams, over more and more connections. */
export async function measureChat(system: SystemUnderTest, options: ChatOptions): Promise<SettingFigures[]> {
  const results: SettingFigures[] = [];
  for (const setting of settings()) {
    options.onSetting(`${setting.kind} answers, ${setting.connections} connections`);
    results.push(await measureSetting(system, setting, options));
  }
  return results;
}

function settings(): Setting[] {
  return connectionCounts.flatMap<Setting>((connections) => [
    {
      kind: 'whole',
      connections,
      tokenCount: wholeModel.tokenCount,
      exchangeOf: (endpoint) => wholeChat(endpoint, wholeModel),
    },
    {
      kind: 'stream',
      connections,
      tokenCount: streamModel.tokenCount,
      exchangeOf: (endpoint) => streamedChat(endpoint, streamModel),
    },
  ]);
}

async function measureSetting(
  { direct, weft }: SystemUnderTest,
  setting: Setting,
  { seconds, rounds }: ChatOptions,
): Promise<SettingFigures> {
  const warmUpSeconds = Math.min(seconds, 2);
  await measureRound(direct, setting, warmUpSeconds / 2);
  await measureRound(weft, setting, warmUpSeconds);
  const measured: { direct: MeasuredRound; weft: MeasuredRound }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Who goes first changes: a machine that slows down over time is then fair to both.
    const order = round % 2 === 0 ? [direct, weft] : [weft, direct];
    const pair: Partial<Record<Endpoint['name'], MeasuredRound>> = {};
    for (const endpoint of order) pair[endpoint.name] = await measureRound(endpoint, setting, seconds);
    measured.push({ direct: pair.direct!, weft: pair.weft! });
  }
  return toSettingFigures(setting, measured);
}

async function measureRound(endpoint: Endpoint, setting: Setting, seconds: number): Promise<MeasuredRound> {
  const before = processorTimeMs(endpoint.pid);
  const { connections, tokenCount } = setting;
  const load = await generateLoad(endpoint.origin, setting.exchangeOf(endpoint), { connections, seconds });
  const after = processorTimeMs(endpoint.pid);
  const processorMs = before === undefined || after === undefined ? undefined : after - before;
  const errors = load.errors.map((error) => `${endpoint.name}: ${error}`);
  return { figures: toRoundFigures(load, tokenCount, processorMs), errorCount: load.errorCount, errors };
}

function toSettingFigures(
  { kind, connections }: Setting,
  measured: readonly { direct: MeasuredRound; weft: MeasuredRound }[],
): SettingFigures {
  const rounds = measured.map(({ direct, weft }) => ({ direct: direct.figures, weft: weft.figures }));
  const direct = medianFigures(rounds.map((round) => round.direct));
  const weft = medianFigures(rounds.map((round) => round.weft));
  const all = measured.flatMap((pair) => [pair.direct, pair.weft]);
  return {
    kind,
    connections,
    direct,
    weft,
    added: addedFigures(rounds),
    throughputRatio: weft.requestsPerSecond / direct.requestsPerSecond,
    latencyRatio: weft.p50Ms / direct.p50Ms,
    errorCount: all.reduce((sum, { errorCount }) => sum + errorCount, 0),
    errors: all.flatMap(({ errors }) => errors).slice(0, 10),
  };
}
