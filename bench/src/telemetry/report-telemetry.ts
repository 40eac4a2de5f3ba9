import { type Cell, figure, formatTable } from '../table';
import { atMost, type TargetResult } from '../target';
import { type RoundFigures } from '../chat/chat-figures';
import { type Spread, type TelemetryFigures } from './measure-telemetry';

const headings = [
  'shape',
  'answers',
  'conn.',
  'telemetry',
  'req/s',
  'p50 ms',
  'p99 ms',
  'cpu ms/req',
  'req/s ratio',
  'quartiles',
  'cpu ratio',
  'quartiles',
];
/** How much of the requests per second telemetry may take. */
const costPercentMax = 10;

/** Two lines a setting: without, and with telemetry and what it changes. */
export function telemetryTable(settings: readonly TelemetryFigures[]): string {
  const rows = settings.flatMap(
    ({ shape, kind, connections, throughputRatio, processorRatio, ...figures }) => {
      const row = (telemetry: string, round: RoundFigures, ratios: Cell[]) => [
        shape,
        kind,
        figure(connections),
        telemetry,
        figure(round.requestsPerSecond),
        figure(round.p50Ms, 2),
        figure(round.p99Ms, 2),
        figure(round.processorMsPerRequest, 3),
        ...ratios,
      ];
      return [
        row('none', figures.without, ['', '', '', '']),
        row('all', figures.with, [...spreadCells(throughputRatio), ...spreadCells(processorRatio)]),
      ];
    },
  );
  return formatTable(headings, rows);
}

/** What telemetry may cost. */
export function telemetryTargets(settings: readonly TelemetryFigures[]): TargetResult[] {
  return settings.map(({ shape, kind, connections, throughputRatio }) =>
    atMost(
      `requests/s that telemetry costs: ${shape}, ${kind} answers, ${connections} connections`,
      (1 - throughputRatio.median) * 100,
      costPercentMax,
      '%',
    ),
  );
}

function spreadCells(spread: Spread | undefined): Cell[] {
  if (spread === undefined) return [figure(undefined), ''];
  return [figure(spread.median, 3), `${spread.lower.toFixed(3)} to ${spread.upper.toFixed(3)}`];
}
