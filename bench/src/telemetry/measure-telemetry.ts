import { join } from 'node:path';
import { request } from 'undici';
import { medianFigures, type RoundFigures, toRoundFigures } from '../chat/chat-figures';
import { streamedChat, wholeChat } from '../load/exchange';
import { generateLoad } from '../load/generate-load';
import { median, percentile } from '../statistics';
import { streamModel, wholeModel } from '../system/chat-scripts';
import { startProcess } from '../system/child-process';
import { type ComparedWeft, startCompared, type WeftShape } from './observed-weft';
import { type ReceivedSignals } from './otlp-receiver';
import { startScraper } from './scraper';
import { signalProblems } from './signal-problems';

/** The same weft without and with telemetry: medians over all rounds of a setting. */
export interface TelemetryFigures {
  shape: WeftShape;
  kind: 'whole' | 'stream';
  connections: number;
  without: RoundFigures;
  with: RoundFigures;
  /** Requests per second with telemetry over those without: of each round, and only then the median and the quartiles. */
  throughputRatio: Spread;
  /** Processor time a request with telemetry over that without; undefined where the system does not say. */
  processorRatio: Spread | undefined;
  errorCount: number;
  errors: string[];
}

export interface Spread {
  median: number;
  lower: number;
  upper: number;
}

export interface TelemetryResult {
  figures: TelemetryFigures[];
  /** What should have arrived and did not, in words. */
  problems: string[];
}

export interface TelemetryOptions {
  shape: WeftShape;
  seconds: number;
  rounds: number;
  onSetting(text: string): void;
}

const connections = 16;
const warmUpSeconds = 8;
const kinds: TelemetryFigures['kind'][] = ['whole', 'stream'];
/** So often both are started anew: how fast a process becomes is chance too, and no number of rounds evens that out. */
const startsMax = 4;

/**
 * Starts weft twice, without and with telemetry, and drives both in turn; who goes first changes from round to round, and who is
 * started first from start to start.
 */
export async function measureTelemetry(
  providerOrigin: string,
  options: TelemetryOptions,
): Promise<TelemetryResult> {
  const receiver = await startProcess({
    name: 'receiver',
    script: join(__dirname, 'receiver-main.js'),
    readyLine: /^otlp-receiver ready (\S+)$/,
    readyTimeoutMs: 10_000,
  });
  try {
    return await measureWith(receiver.match[1]!, providerOrigin, options);
  } finally {
    await receiver.stop();
  }
}

async function measureWith(
  receiverOrigin: string,
  providerOrigin: string,
  options: TelemetryOptions,
): Promise<TelemetryResult> {
  const settings = kinds.map((kind) => new MeasuredSetting(kind));
  const told = { answered: 0, measuredChats: 0, scrapeErrors: [] as string[] };
  for (const [start, rounds] of roundsByStart(options.rounds).entries()) {
    const pair = await startPair(receiverOrigin, providerOrigin, options.shape, start % 2 === 1);
    const scraper = startScraper(pair.observed.metricsUrls);
    try {
      for (const setting of settings) {
        options.onSetting(`${setting.kind} answers of ${options.shape} without and with telemetry`);
        await setting.measure(pair, options.seconds, rounds);
      }
      told.measuredChats += await scraper.answeredChats();
    } finally {
      scraper.stop();
      await stopPair(pair);
    }
    told.answered += pair.answered;
    told.scrapeErrors.push(...scraper.errors);
  }
  // What was left was sent when they stopped.
  const received = await receivedSignals(receiverOrigin);
  return {
    figures: settings.map((setting) => setting.figures(options.shape)),
    problems: [...told.scrapeErrors.slice(0, 3), ...signalProblems({ ...told, received })],
  };
}

/** How many rounds are measured after each start. */
function roundsByStart(rounds: number): number[] {
  const starts = Math.min(startsMax, rounds);
  const until = (start: number) => Math.floor((rounds * start) / starts);
  return Array.from({ length: starts }, (_, start) => until(start + 1) - until(start));
}

interface ComparedPair {
  plain: ComparedWeft;
  observed: ComparedWeft;
  /** What the observed one has answered, all in all. */
  answered: number;
}

async function startPair(
  receiverOrigin: string,
  providerOrigin: string,
  shape: WeftShape,
  observedFirst: boolean,
): Promise<ComparedPair> {
  const receivers = observedFirst ? [receiverOrigin, undefined] : [undefined, receiverOrigin];
  const first = await startCompared(shape, providerOrigin, receivers[0]);
  try {
    const second = await startCompared(shape, providerOrigin, receivers[1]);
    const [plain, observed] = observedFirst ? [second, first] : [first, second];
    return { plain, observed, answered: 0 };
  } catch (error) {
    await first.stop();
    throw error;
  }
}

async function stopPair({ plain, observed }: ComparedPair): Promise<void> {
  await observed.stop();
  await plain.stop();
}

/** The rounds of one kind of answers, over all starts. */
class MeasuredSetting {
  private readonly rounds: { plain: RoundFigures; observed: RoundFigures }[] = [];
  private readonly errors: string[] = [];
  private errorCount = 0;

  constructor(readonly kind: TelemetryFigures['kind']) {}

  async measure(pair: ComparedPair, seconds: number, rounds: number): Promise<void> {
    // Code that runs for the first time is slow, and what telemetry adds to it slower still.
    for (const weft of [pair.plain, pair.observed])
      await this.round(pair, weft, Math.max(seconds, warmUpSeconds));
    for (let number = 0; number < rounds; number += 1) {
      const observedFirst = number % 2 === 1 ? await this.round(pair, pair.observed, seconds) : undefined;
      const plain = await this.round(pair, pair.plain, seconds);
      const observed = observedFirst ?? (await this.round(pair, pair.observed, seconds));
      this.rounds.push({ plain, observed });
    }
  }

  figures(shape: WeftShape): TelemetryFigures {
    const { kind, rounds, errorCount, errors } = this;
    const processorRatios = rounds.flatMap(({ plain, observed }) =>
      plain.processorMsPerRequest === undefined || observed.processorMsPerRequest === undefined
        ? []
        : [observed.processorMsPerRequest / plain.processorMsPerRequest],
    );
    return {
      shape,
      kind,
      connections,
      without: medianFigures(rounds.map(({ plain }) => plain)),
      with: medianFigures(rounds.map(({ observed }) => observed)),
      throughputRatio: spreadOf(
        rounds.map(({ plain, observed }) => observed.requestsPerSecond / plain.requestsPerSecond),
      ),
      processorRatio: processorRatios.length === 0 ? undefined : spreadOf(processorRatios),
      errorCount,
      errors: errors.slice(0, 10),
    };
  }

  private async round(pair: ComparedPair, weft: ComparedWeft, seconds: number): Promise<RoundFigures> {
    const { figures, answered, load } = await measureRound(weft, this.kind, seconds);
    if (weft === pair.observed) pair.answered += answered;
    this.errorCount += load.errorCount;
    this.errors.push(...load.errors.map((error) => `${weft.endpoint.name}: ${error}`));
    return figures;
  }
}

async function measureRound(weft: ComparedWeft, kind: TelemetryFigures['kind'], seconds: number) {
  const { endpoint } = weft;
  const model = kind === 'whole' ? wholeModel : streamModel;
  const exchange = kind === 'whole' ? wholeChat(endpoint, model) : streamedChat(endpoint, model);
  const before = weft.processorMs();
  const load = await generateLoad(endpoint.origin, exchange, { connections, seconds });
  const after = weft.processorMs();
  const processorMs = before === undefined || after === undefined ? undefined : after - before;
  return {
    load,
    figures: toRoundFigures(load, model.tokenCount, processorMs),
    // The requests that open the connections are answered as well.
    answered: load.latenciesMs.length + connections,
  };
}

function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), lower: percentile(values, 25), upper: percentile(values, 75) };
}

async function receivedSignals(receiverOrigin: string): Promise<ReceivedSignals> {
  const { body } = await request(`${receiverOrigin}/received`);
  return (await body.json()) as ReceivedSignals;
}
