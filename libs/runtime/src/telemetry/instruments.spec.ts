import { counterMetric, gaugeMetric, sumMetric, valueMetric } from './instruments';

const described = { description: 'What a test measures.', unit: 's', labels: ['of'] };
const durations = () => valueMetric('test.duration', { ...described, buckets: [1, 2, 5] });

describe('a metric of values', () => {
  it('puts a value into the bucket whose boundary it does not exceed', () => {
    const metric = durations();
    metric.measure(true);
    for (const value of [0, 1, 1.5, 2, 5, 5.1]) metric.record(value, { of: 'x' });
    const [{ labels, value }] = metric.read() as [ReturnType<typeof metric.read>[number]];
    expect([labels, { ...value }]).toEqual([
      { of: 'x' },
      { boundaries: [1, 2, 5], counts: [2, 2, 1, 1], count: 6, sum: 14.6, min: 0, max: 5.1 },
    ]);
  });

  it.each([-1, Number.NaN])('leaves out %d', (value) => {
    const metric = durations();
    metric.measure(true);
    metric.record(value, {});
    expect(metric.read()).toEqual([]);
  });

  it('measures while it is told to, and begins anew', () => {
    const metric = durations();
    metric.record(1, {});
    const before = [metric.measured, metric.read().length];
    metric.measure(true);
    metric.record(1, {});
    const meanwhile = [metric.measured, metric.read().length];
    metric.measure(false);
    metric.measure(true);
    expect([before, meanwhile, metric.read()]).toEqual([[false, 0], [true, 1], []]);
  });
});

it.each([
  [counterMetric('test.counter', described), 'counter'],
  [sumMetric('test.sum', described), 'sum'],
])('a metric that is counted adds up', (metric, kind) => {
  metric.add(1, { of: 'x' });
  metric.measure(true);
  metric.add(2, { of: 'x' });
  metric.add(3, { of: 'x' });
  expect([metric.kind, metric.read()]).toEqual([kind, [{ labels: { of: 'x' }, value: { total: 5 } }]]);
});

it('a metric that is counted tells of what has begun before it is counted, and does not begin it anew', () => {
  const metric = counterMetric('test.counter', described);
  metric.measure(true);
  metric.begin({ of: 'x' });
  const begun = metric.read().map(({ value }) => ({ ...value }));
  metric.add(1, { of: 'x' });
  metric.begin({ of: 'x' });
  expect([begun, metric.read()]).toEqual([[{ total: 0 }], [{ labels: { of: 'x' }, value: { total: 1 } }]]);
});

it('a metric that is looked at asks when it is read, until that ends', () => {
  const metric = gaugeMetric('test.gauge', described);
  let value = 1;
  const ends = [
    metric.observe(() => [{ labels: { of: 'x' }, value }]),
    metric.observe(() => [{ labels: { of: 'y' }, value: 7 }]),
  ];
  value = 2;
  const read = metric.read();
  for (const end of ends) end();
  expect([read, metric.read()]).toEqual([
    [
      { labels: { of: 'x' }, value: 2 },
      { labels: { of: 'y' }, value: 7 },
    ],
    [],
  ]);
});
