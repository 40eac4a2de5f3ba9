import { formatTraceparent, parseTraceparent } from './trace-parent';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

it.each([
  ['01', true],
  ['00', false],
  ['03', true],
  ['02', false],
])('reads with the flags %s whether the trace is recorded', (flags, sampled) => {
  expect(parseTraceparent(`00-${traceId}-${spanId}-${flags}`)).toEqual({ traceId, spanId, sampled });
});

it.each([
  ['nothing', undefined],
  ['an id of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
  ['the version ff', `ff-${traceId}-${spanId}-01`],
  ['upper case', `00-${traceId.toUpperCase()}-${spanId}-01`],
  ['more behind it', `00-${traceId}-${spanId}-01-x`],
])('refuses %s', (_what, text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});

it('writes what it reads', () => {
  const text = `00-${traceId}-${spanId}-01`;
  expect(formatTraceparent(parseTraceparent(text)!)).toBe(text);
});
