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
const warmUpSeconds = 3;
const kinds: TelemetryFigures['kind'][] = ['whole', 'stream'];

/** Starts weft twice, without and with telemetry, and drives both in turn; who goes first changes from round to round. */
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
  const pair = await startPair(receiverOrigin, providerOrigin, options.shape);
  const scraper = startScraper(pair.observed.metricsUrls);
  const figures: TelemetryFigures[] = [];
  let measuredChats: number;
  try {
    for (const kind of kinds) {
      options.onSetting(`${kind} answers of ${options.shape} without and with telemetry`);
      figures.push(await measureSetting(pair, kind, options));
    }
    measuredChats = await scraper.answeredChats();
  } finally {
    scraper.stop();
    await stopPair(pair);
  }
  // What was left was sent when they stopped.
  const received = await receivedSignals(receiverOrigin);
  const problems = signalProblems({ answered: pair.answered, measuredChats, received });
  return { figures, problems: [...scraper.errors.slice(0, 3), ...problems] };
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
): Promise<ComparedPair> {
  const plain = await startCompared(shape, providerOrigin, undefined);
  try {
    return { plain, observed: await startCompared(shape, providerOrigin, receiverOrigin), answered: 0 };
  } catch (error) {
    await plain.stop();
    throw error;
  }
}

async function stopPair({ plain, observed }: ComparedPair): Promise<void> {
  await observed.stop();
  await plain.stop();
}

async function measureSetting(
  pair: ComparedPair,
  kind: TelemetryFigures['kind'],
  { shape, seconds, rounds }: TelemetryOptions,
): Promise<TelemetryFigures> {
  const errors: string[] = [];
  let errorCount = 0;
  const round = async (weft: ComparedWeft, roundSeconds: number) => {
    const { figures, answered, load } = await measureRound(weft, kind, roundSeconds);
    if (weft === pair.observed) pair.answered += answered;
    errorCount += load.errorCount;
    errors.push(...load.errors.map((error) => `${weft.endpoint.name}: ${error}`));
    return figures;
  };
  // Code that runs for the first time is slow, and what telemetry adds to it slower still.
  for (const weft of [pair.plain, pair.observed]) await round(weft, Math.max(seconds, warmUpSeconds));
  const measured: { plain: RoundFigures; observed: RoundFigures }[] = [];
  for (let number = 0; number < rounds; number += 1) {
    const observedFirst = number % 2 === 1 ? await round(pair.observed, seconds) : undefined;
    const plain = await round(pair.plain, seconds);
    measured.push({ plain, observed: observedFirst ?? (await round(pair.observed, seconds)) });
  }
  const processorRatios = measured.flatMap(({ plain, observed }) =>
    plain.processorMsPerRequest === undefined || observed.processorMsPerRequest === undefined
      ? []
      : [observed.processorMsPerRequest / plain.processorMsPerRequest],
  );
  return {
    shape,
    kind,
    connections,
    without: medianFigures(measured.map(({ plain }) => plain)),
    with: medianFigures(measured.map(({ observed }) => observed)),
    throughputRatio: spreadOf(
      measured.map(({ plain, observed }) => observed.requestsPerSecond / plain.requestsPerSecond),
    ),
    processorRatio: processorRatios.length === 0 ? undefined : spreadOf(processorRatios),
    errorCount,
    errors: errors.slice(0, 10),
  };
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
