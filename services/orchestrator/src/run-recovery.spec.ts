import { measureMetrics, metrics, silentLogger } from '@weft/runtime';
import { RunRecovery } from './run-recovery';

it('counts lost runs from zero: an alert must see the first', () => {
  measureMetrics(true);
  new RunRecovery({} as never, { notify: () => undefined }, silentLogger);
  const begun = metrics.runs.read();
  measureMetrics(false);
  expect(begun).toEqual([{ labels: { 'weft.run.state': 'lost' }, value: { total: 0 } }]);
});
