import { type Cell, figure, formatTable } from '../table';
import { atLeast, atMost, type TargetResult } from '../target';
import { type RoundFigures, type SettingFigures } from './chat-figures';

const headings = [
  'answers',
  'conn.',
  'through',
  'req/s',
  'p50 ms',
  'p99 ms',
  'added p50',
  'added p99',
  'first token p50',
  'p99',
  'tokens/s',
  'cpu ms/req',
  'req/s ratio',
  'p50 ratio',
];

/** Three lines a setting would say the same twice: what is added stands in the line of weft. */
export function chatTable(settings: readonly SettingFigures[]): string {
  const rows = settings.flatMap(
    ({ kind, connections, direct, weft, added, throughputRatio, latencyRatio }) => [
      row(kind, connections, 'direct', direct, ['', ''], ['', '']),
      row(
        kind,
        connections,
        'weft',
        weft,
        [figure(added.p50Ms, 2), figure(added.p99Ms, 2)],
        [figure(throughputRatio, 3), figure(latencyRatio, 2)],
      ),
    ],
  );
  return formatTable(headings, rows);
}

/** What the chat path must hold. */
export function chatTargets(settings: readonly SettingFigures[]): TargetResult[] {
  const whole = (connections: number) =>
    settings.find((setting) => setting.kind === 'whole' && setting.connections === connections);
  const [one, sixteen] = [whole(1), whole(16)];
  return [
    ...(one === undefined
      ? []
      : [atMost('added p50, whole answers, 1 connection', one.added.p50Ms, 4, 'ms')]),
    ...(sixteen === undefined
      ? []
      : [atLeast('whole answers, 16 connections', sixteen.weft.requestsPerSecond, 900, 'requests/s')]),
  ];
}

function row(
  kind: string,
  connections: number,
  through: string,
  figures: RoundFigures,
  added: [Cell, Cell],
  ratios: [Cell, Cell],
): Cell[] {
  return [
    kind,
    figure(connections),
    through,
    figure(figures.requestsPerSecond),
    figure(figures.p50Ms, 2),
    figure(figures.p99Ms, 2),
    ...added,
    figure(figures.firstTokenP50Ms, 2),
    figure(figures.firstTokenP99Ms, 2),
    figure(figures.tokensPerSecond),
    figure(figures.processorMsPerRequest, 2),
    ...ratios,
  ];
}
