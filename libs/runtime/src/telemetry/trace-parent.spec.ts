import {
  formatTraceparent,
  isSampled,
  parseTraceparent,
  recordedTraceparent,
  unrecordedTraceparent,
} from './trace-parent';

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

it('sees without a parse whether a trace is recorded, whatever digit says so', () => {
  const digits = [...'0123456789abcdef'];
  const texts = digits.map((digit) => `00-${traceId}-${spanId}-0${digit}`);
  expect(texts.map(isSampled)).toEqual(texts.map((text) => parseTraceparent(text)!.sampled));
});

it('keeps a traceparent only where its trace is recorded', () => {
  const [recorded, unrecorded] = [`00-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-00`];
  expect([recorded, unrecorded, undefined].map(recordedTraceparent)).toEqual([
    recorded,
    undefined,
    undefined,
  ]);
});

it('begins traces that nobody records, each with ids of its own', () => {
  const begun = Array.from({ length: 1000 }, unrecordedTraceparent);
  const parsed = begun.map((text) => parseTraceparent(text));
  expect([new Set(begun).size, parsed.filter((parent) => parent === undefined || parent.sampled)]).toEqual([
    1000,
    [],
  ]);
});
