import { signalProblems, type ToldSignals } from './signal-problems';

const told: ToldSignals = {
  answered: 20_000,
  measuredChats: 20_000,
  received: { requests: { traces: 9, metrics: 1, logs: 0 }, edgeSpans: 1990, durationMetrics: 1, bytes: 1 },
};
const received = (change: Partial<ToldSignals['received']>) => ({
  received: { ...told.received, ...change },
});

it('has nothing to say of telemetry that worked', () => {
  expect(signalProblems(told)).toEqual([]);
});

it.each<[string, Partial<ToldSignals>]>([
  ['/metrics counted', { measuredChats: 19_999 }],
  ['arrived as spans', received({ edgeSpans: 0 })],
  ['arrived as spans', received({ edgeSpans: 20_000 })],
  ['no metric', received({ durationMetrics: 0 })],
])('says that %s …', (words, change) => {
  expect(signalProblems({ ...told, ...change })).toEqual([expect.stringContaining(words)]);
});

it('asks of few answers only that some arrived: a tenth of them is chance', () => {
  const few = { ...told, answered: 20, measuredChats: 20 };
  expect([few, { ...few, received: { ...few.received, edgeSpans: 0 } }].map(signalProblems)).toEqual([
    [],
    [expect.stringContaining('arrived as spans')],
  ]);
});
