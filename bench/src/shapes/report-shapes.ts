import { figure, formatTable } from '../table';
import { atMost, type TargetResult } from '../target';
import { type IdleStreamFigures } from './idle-streams';
import { type ShapeFigures } from './measure-shapes';

const headings = [
  'answers',
  'conn.',
  'shape',
  'req/s',
  'p50 ms',
  'p99 ms',
  'added p50',
  'added p99',
  'first token p50',
];
const shownProcesses = 6;

/** Both shapes, line by line, and below where the time of the distributed one goes. */
export function shapesText(shapes: readonly ShapeFigures[], idle: IdleStreamFigures): string {
  const rows = shapes.flatMap(({ kind, connections, standalone, distributed, added }) =>
    (['standalone', 'distributed'] as const).map((shape) => {
      const figures = shape === 'standalone' ? standalone : distributed;
      const more = shape === 'standalone' ? ['', ''] : [figure(added.p50Ms, 2), figure(added.p99Ms, 2)];
      return [
        kind,
        figure(connections),
        shape,
        figure(figures.requestsPerSecond),
        figure(figures.p50Ms, 2),
        figure(figures.p99Ms, 2),
        ...more,
        figure(figures.firstTokenP50Ms, 2),
      ];
    }),
  );
  const times = shapes.map(({ kind, connections, processorMsPerRequest }) => {
    const parts = processorMsPerRequest
      .slice(0, shownProcesses)
      .map(({ name, milliseconds }) => `${name} ${milliseconds.toFixed(2)}`);
    return `processor ms a request, ${kind}, ${connections} connections: ${parts.join(', ')}`;
  });
  const memory = idle.kibibytesPerStream
    .slice(0, shownProcesses)
    .map(({ name, kibibytes }) => `${name} ${kibibytes.toFixed(0)}`);
  return `${formatTable(headings, rows)}\n\n${times.join('\n')}\nKiB an idle stream, ${idle.streams} of them: ${memory.join(', ')}`;
}

/** What the distributed shape must hold. */
export function shapesTargets(shapes: readonly ShapeFigures[], idle: IdleStreamFigures): TargetResult[] {
  const one = shapes.find(({ kind, connections }) => kind === 'whole' && connections === 1)!;
  const [most] = idle.kibibytesPerStream;
  return [
    atMost('added p50 of the distributed shape, 1 connection', one.added.p50Ms, 8, 'ms'),
    atMost(`memory of an idle stream in ${most!.name}, the most of all`, most!.kibibytes, 50, 'KiB'),
  ];
}
