import { SeriesTable } from './series';

const tableOf = (names: string[]) => new SeriesTable(names, () => ({ total: 0 }));
const count = (table: SeriesTable<{ total: number }>, labels: Record<string, string | number | undefined>) =>
  (table.at(labels).value.total += 1);
const listed = (table: SeriesTable<{ total: number }>) =>
  table.list().map(({ labels, value }) => [labels, value.total]);

it('keeps what differs in a label apart, and together what does not', () => {
  const table = tableOf(['method', 'code']);
  count(table, { method: 'a', code: 200 });
  count(table, { code: 200, method: 'a' });
  count(table, { method: 'a', code: 500 });
  count(table, { method: 'b', code: 200 });
  expect(listed(table)).toEqual([
    [{ method: 'a', code: 200 }, 2],
    [{ method: 'a', code: 500 }, 1],
    [{ method: 'b', code: 200 }, 1],
  ]);
});

it('takes a label that is missing for another than one that is there, and leaves it out', () => {
  const table = tableOf(['method', 'error']);
  count(table, { method: 'a' });
  count(table, { method: 'a', error: undefined });
  count(table, { method: 'a', error: 'x' });
  count(table, { error: 'x' });
  expect(listed(table)).toEqual([
    [{ method: 'a' }, 2],
    [{ method: 'a', error: 'x' }, 1],
    [{ error: 'x' }, 1],
  ]);
});

it('leaves out what was not declared', () => {
  const table = tableOf(['method']);
  count(table, { method: 'a', tenant: 't1' });
  count(table, { method: 'a', tenant: 't2' });
  expect(listed(table)).toEqual([[{ method: 'a' }, 2]]);
});

it('has one series without labels', () => {
  const table = tableOf([]);
  count(table, {});
  count(table, {});
  expect(listed(table)).toEqual([[{}, 2]]);
});

it('grows to 2000 series and no further, and goes on with those that there are', () => {
  const table = tableOf(['value']);
  for (let value = 0; value < 2500; value += 1) count(table, { value });
  count(table, { value: 0 });
  const series = listed(table);
  expect([series.length, series[0], series.at(-1)]).toEqual([
    2000,
    [{ value: 0 }, 2],
    [{ 'otel.metric.overflow': true }, 501],
  ]);
});
