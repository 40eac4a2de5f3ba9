import { type LoadResult } from '../load/generate-load';
import { median, percentile } from '../statistics';

/** The figures of one round against one endpoint. */
export interface RoundFigures {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  firstTokenP50Ms: number;
  firstTokenP99Ms: number;
  tokensPerSecond: number;
  /** Processor time of the endpoint's process for each request; undefined where the system does not say. */
  processorMsPerRequest: number | undefined;
}

/** What weft adds to a direct call: the difference of two rounds, one after the other. */
export interface AddedFigures {
  p50Ms: number;
  p99Ms: number;
  firstTokenP50Ms: number;
}

/** The medians over all rounds of a setting. */
export interface SettingFigures {
  kind: 'whole' | 'stream';
  connections: number;
  direct: RoundFigures;
  weft: RoundFigures;
  added: AddedFigures;
  /** Requests per second through weft over those of direct calls. */
  throughputRatio: number;
  /** The median latency through weft over that of direct calls. */
  latencyRatio: number;
  errorCount: number;
  errors: string[];
}

export function toRoundFigures(
  { latenciesMs, firstTokensMs, seconds }: LoadResult,
  tokenCount: number,
  processorMs: number | undefined,
): RoundFigures {
  const requestsPerSecond = latenciesMs.length / seconds;
  return {
    requestsPerSecond,
    p50Ms: percentile(latenciesMs, 50),
    p99Ms: percentile(latenciesMs, 99),
    firstTokenP50Ms: percentile(firstTokensMs, 50),
    firstTokenP99Ms: percentile(firstTokensMs, 99),
    tokensPerSecond: requestsPerSecond * tokenCount,
    processorMsPerRequest: processorMs === undefined ? undefined : processorMs / latenciesMs.length,
  };
}

/** Differences are taken within each round, where both had the same machine, and only then the median. */
export function addedFigures(rounds: readonly { direct: RoundFigures; weft: RoundFigures }[]): AddedFigures {
  const added = (figure: 'p50Ms' | 'p99Ms' | 'firstTokenP50Ms') =>
    median(rounds.map(({ direct, weft }) => weft[figure] - direct[figure]));
  return { p50Ms: added('p50Ms'), p99Ms: added('p99Ms'), firstTokenP50Ms: added('firstTokenP50Ms') };
}

/** The median of each figure over several rounds. */
export function medianFigures(rounds: readonly RoundFigures[]): RoundFigures {
  const of = (figure: Exclude<keyof RoundFigures, 'processorMsPerRequest'>) =>
    median(rounds.map((round) => round[figure]));
  const processorTimes = rounds.flatMap(({ processorMsPerRequest: time }) =>
    time === undefined ? [] : [time],
  );
  return {
    requestsPerSecond: of('requestsPerSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    firstTokenP50Ms: of('firstTokenP50Ms'),
    firstTokenP99Ms: of('firstTokenP99Ms'),
    tokensPerSecond: of('tokensPerSecond'),
    processorMsPerRequest: processorTimes.length === 0 ? undefined : median(processorTimes),
  };
}
