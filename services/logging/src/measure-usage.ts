import { metrics, modelLabel } from '@weft/runtime';

import { type LedgerRow } from './ledger';

/** Has metrics tell of rows that are new in the ledger. A process that dies between the two leaves the ledger right and the metric low. */
export function measureUsage(rows: readonly LedgerRow[]): void {
  for (const { provider, model, outcome, cost } of rows) {
    const labels = {
      'gen_ai.provider.name': provider,
      'gen_ai.response.model': modelLabel(model, outcome === 'completed'),
    };
    if (cost === undefined) metrics.unpricedCalls.add(1, labels);
    else metrics.cost.add(cost.units + cost.nanos / 1e9, { ...labels, 'weft.currency': cost.currencyCode });
  }
}
