import {
  ALL_TENANTS,
  createGroupCommit,
  type Database,
  type GroupCommit,
  type Statement,
} from '@weft/postgres';
import { isDatabaseAway } from './database-away';
import { type EndedRow, type OpenRow } from './run-rows';
import { endRuns, findEndedBy, type Ownership, saveRuns } from './run-statements';

/** What became of a run's row that was to be written. */
export interface Written {
  /** The run was ended by somebody else. */
  isLost: boolean;
  /** Somebody asks to cancel it, in whichever process. */
  cancelRequested: boolean;
}

interface SaveEntry {
  kind: 'save';
  /** The row, encoded when it is written and not before; undefined when it is no longer wanted. */
  begin(): OpenRow | undefined;
  written: Written;
}

interface EndEntry {
  kind: 'end';
  row: EndedRow;
  written: Written;
}

type Entry = SaveEntry | EndEntry;

/**
 * Writes runs in group commits: what comes while one commit is under way goes into the next. Everything can be written again after a
 * failure whose outcome is unknown.
 */
export class RunWriter {
  private readonly commits: GroupCommit<Entry>;

  constructor(
    private readonly database: Database,
    private readonly outbox: { notify(): void },
    private readonly ownership: Ownership,
  ) {
    this.commits = createGroupCommit({ flush: (entries) => this.write(entries) });
  }

  /** Writes a run as it stands when its turn comes, and extends its lease. */
  save(begin: () => OpenRow | undefined): Promise<Written> {
    return this.commit({ kind: 'save', begin, written: untouched() });
  }

  /** Ends a run with its event. */
  end(row: EndedRow): Promise<Written> {
    return this.commit({ kind: 'end', row, written: untouched() });
  }

  /** Waits for what is being written. */
  drain(): Promise<void> {
    return this.commits.drain();
  }

  private async commit(entry: Entry): Promise<Written> {
    try {
      await this.commits.add(entry);
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      // A group fails as one: alone, whoever is not to blame succeeds.
      await this.write([entry]);
    }
    return entry.written;
  }

  private async write(entries: Entry[]): Promise<void> {
    const ends = entries.filter((entry) => entry.kind === 'end');
    const ended = new Set(ends.map(({ row }) => row.id));
    const saves = entries.flatMap((entry) => {
      const row = entry.kind === 'save' ? entry.begin() : undefined;
      return row === undefined || ended.has(row.id) ? [] : [{ row, written: entry.written }];
    });
    const statements: Statement[] = [];
    // Runs of several tenants share a commit, so the transaction is not any one tenant's.
    if (saves.length > 0) statements.push(saveRuns(rowsOf(saves), this.ownership));
    if (ends.length > 0) statements.push(endRuns(rowsOf(ends), this.ownership.owner));
    if (statements.length === 0) return;
    const results: unknown[][] = await this.database.batch(ALL_TENANTS, statements);
    if (ends.length > 0) {
      await this.readEnds(ends, idsOf(results.pop()!));
      this.outbox.notify();
    }
    if (saves.length > 0) readSaves(saves, results.pop() as { id: string; cancel_requested: boolean }[]);
  }

  /** A run that this write did not end had ended: by an earlier one whose outcome was unknown, or by somebody else. */
  private async readEnds(ends: readonly EndEntry[], ended: ReadonlySet<string>): Promise<void> {
    const others = ends.filter(({ row }) => !ended.has(row.id));
    if (others.length === 0) return;
    const { text, values } = findEndedBy(rowsOf(others), this.ownership.owner);
    const own = idsOf(await this.database.query(ALL_TENANTS, text, values));
    for (const { row, written } of others) written.isLost = !own.has(row.id);
  }
}

function idsOf(rows: readonly unknown[]): Set<string> {
  return new Set(rows.map((row) => (row as { id: string }).id));
}

function rowsOf<Row>(entries: readonly { row: Row }[]): Row[] {
  return entries.map(({ row }) => row);
}

function readSaves(
  saves: readonly { row: OpenRow; written: Written }[],
  rows: readonly { id: string; cancel_requested: boolean }[],
): void {
  const requests = new Map(rows.map(({ id, cancel_requested: requested }) => [id, requested]));
  for (const { row, written } of saves) {
    written.isLost = !requests.has(row.id);
    written.cancelRequested = requests.get(row.id) ?? false;
  }
}

function untouched(): Written {
  return { isLost: false, cancelRequested: false };
}
