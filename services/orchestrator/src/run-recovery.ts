import { ALL_TENANTS, type Database } from '@weft/postgres';
import { type Logger, metrics } from '@weft/runtime';
import { type LostRow, lostRow } from './run-rows';
import { endLostRuns, findLostRuns } from './run-statements';

/** The most runs that one look finds; the next look finds more. */
const foundMax = 500;

const lostLabels = { 'weft.run.state': 'lost' };

interface FoundRow {
  tenant_id: string;
  id: string;
  record: Uint8Array;
  draft: Uint8Array;
  found_time: Date;
}

/**
 * Ends the runs of processes that are lost, each once, however many processes try at the same time. Nothing that a run had begun is
 * done again: what its calls took until then is told of, and that is all.
 */
export class RunRecovery {
  constructor(
    private readonly database: Database,
    private readonly outbox: { notify(): void },
    private readonly logger: Logger,
  ) {
    metrics.runs.begin(lostLabels);
  }

  /** Finds runs whose leases have passed, except those of this process. */
  async find(ownIds: readonly string[]): Promise<LostRow[]> {
    const { text, values } = findLostRuns(ownIds, foundMax);
    const rows = await this.database.query<FoundRow>(ALL_TENANTS, text, values);
    return rows.map(({ tenant_id: tenantId, id, record, draft, found_time: foundTime }) => ({
      tenantId,
      id,
      record,
      draft,
      foundTime,
    }));
  }

  /** Ends those whose leases have still passed. */
  async end(found: readonly LostRow[]): Promise<void> {
    if (found.length === 0) return;
    const { text, values } = endLostRuns(found.map(lostRow));
    const ended = await this.database.query<{ id: string }>(ALL_TENANTS, text, values);
    if (ended.length === 0) return;
    this.outbox.notify();
    metrics.runs.add(ended.length, lostLabels);
    this.logger.warn({ runIds: ended.map(({ id }) => id) }, 'runs of a lost process were ended');
  }
}
