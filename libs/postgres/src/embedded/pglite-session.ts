import { type PGlite, protocol } from '@electric-sql/pglite';

import { type Statement } from '../database';
import { DatabaseError } from '../database-error';
import { assertParameterCount } from '../value-conventions';
import { type WorkScope } from '../work-scope';
import { PgliteWire, type WireAnswer } from './pglite-wire';
import { decodeColumn, encodeParameter, jsonColumnsOf, type WireValue } from './value-codec';
import { type ResultSet, type Row } from './worker-protocol';

interface Prepared {
  name: string;
  parameterTypes: number[];
  columns: readonly { name: string; type: number }[];
  jsonColumns: readonly string[];
}

interface Step {
  statement: Prepared;
  values: WireValue[];
}

const { serialize } = protocol;

const control = {
  begin: { name: 'weft_begin', parameterTypes: [], columns: [], jsonColumns: [] },
  commit: { name: 'weft_commit', parameterTypes: [], columns: [], jsonColumns: [] },
  rollback: { name: 'weft_rollback', parameterTypes: [], columns: [], jsonColumns: [] },
  settings: { name: 'weft_settings', parameterTypes: [25, 25, 25], columns: [], jsonColumns: [] },
} satisfies Record<string, Prepared>;

/** How many statements stay prepared. One holds about 20 kB in the engine. */
const preparedMax = 1000;

/**
 * The one connection of an embedded database. Statements are prepared once for each schema, because a plan belongs to a role and a search
 * path, so a batch whose statements are known is one call into the engine: begin, the three settings, the statements, commit.
 */
export class PgliteSession {
  private readonly wire: PgliteWire;
  private readonly prepared = new Map<string, Prepared>();
  private preparedCount = 0;

  private constructor(private readonly pglite: PGlite) {
    this.wire = new PgliteWire(pglite);
  }

  static async open(pglite: PGlite): Promise<PgliteSession> {
    const session = new PgliteSession(pglite);
    const settings = `select set_config('role', $1, true), set_config('search_path', $2, true), set_config('weft.tenant_id', $3, true)`;
    await session.require([
      serialize.parse({ name: control.begin.name, text: 'begin' }),
      serialize.parse({ name: control.commit.name, text: 'commit' }),
      serialize.parse({ name: control.rollback.name, text: 'rollback' }),
      serialize.parse({ name: control.settings.name, text: settings }),
      serialize.sync(),
    ]);
    return session;
  }

  /** Runs statements in one transaction; answers with the rows of each. */
  async batch(scope: WorkScope, statements: readonly Statement[]): Promise<ResultSet[]> {
    const known = statements.map(({ text }) => this.recall(scope, text));
    if (known.every((statement) => statement !== undefined)) {
      const steps = known.map((statement, index) => this.step(statement, statements[index]!.values));
      return this.runWhole(scope, steps);
    }
    await this.begin(scope);
    try {
      const results: ResultSet[] = [];
      for (const statement of statements) results.push(await this.statement(scope, statement));
      await this.commit();
      return results;
    } catch (error) {
      await this.rollback();
      throw error;
    }
  }

  /** Opens a transaction, which stays open until `commit` or `rollback`. */
  async begin(scope: WorkScope): Promise<void> {
    try {
      await this.require([...this.opening(scope), serialize.sync()]);
    } catch (error) {
      await this.rollback();
      throw error;
    }
  }

  /** Runs one statement in the open transaction. */
  async statement(scope: WorkScope, statement: Statement): Promise<ResultSet> {
    const prepared = this.recall(scope, statement.text) ?? (await this.prepare(scope, statement.text));
    const step = this.step(prepared, statement.values);
    const { results } = await this.require([...frames(step), serialize.sync()]);
    return this.resultSet(prepared, results[0]!.rows);
  }

  /** Runs SQL text of any number of statements in the open transaction. Forgets what was prepared, for it may change tables. */
  async script(text: string): Promise<void> {
    await this.forgetAll();
    const { status } = await this.require([serialize.query(text)]);
    if (status !== 'open')
      throw new DatabaseError({
        code: '2D000',
        message: 'a script must not end its transaction [SQLSTATE 2D000]',
      });
  }

  async commit(): Promise<void> {
    const answer = await this.require([
      ...frames({ statement: control.commit, values: [] }),
      serialize.sync(),
    ]);
    refuseRollback(answer);
  }

  /** Leaves the transaction, if one is open. */
  async rollback(): Promise<void> {
    await this.wire.send([...frames({ statement: control.rollback, values: [] }), serialize.sync()]);
  }

  private async runWhole(scope: WorkScope, steps: Step[]): Promise<ResultSet[]> {
    const opening = this.opening(scope);
    const sent = [
      ...opening,
      ...steps.flatMap(frames),
      ...frames({ statement: control.commit, values: [] }),
      serialize.sync(),
    ];
    const answer = await this.wire.send(sent);
    if (answer.status !== 'idle') await this.rollback();
    if (answer.error) throw answer.error;
    refuseRollback(answer);
    const first = answer.results.length - 1 - steps.length;
    return steps.map(({ statement }, index) =>
      this.resultSet(statement, answer.results[first + index]!.rows),
    );
  }

  private opening(scope: WorkScope): Uint8Array[] {
    const begin = frames({ statement: control.begin, values: [] });
    if (scope === 'owner') return begin;
    const values = [scope.role, `${scope.schema}, public`, scope.tenantSetting];
    return [...begin, ...frames({ statement: control.settings, values })];
  }

  private step(statement: Prepared, values: readonly unknown[] = []): Step {
    const { parameterTypes } = statement;
    assertParameterCount(parameterTypes.length, values.length);
    const { serializers } = this.pglite;
    return {
      statement,
      values: values.map((value, index) =>
        encodeParameter(value, parameterTypes[index]!, index + 1, serializers),
      ),
    };
  }

  private resultSet({ columns, jsonColumns }: Prepared, rows: (string | null)[][]): ResultSet {
    const { parsers } = this.pglite;
    const decoded = rows.map((fields) => {
      const row: Row = {};
      for (const [index, { name, type }] of columns.entries())
        row[name] = decodeColumn(fields[index]!, type, parsers);
      return row;
    });
    return { rows: decoded, jsonColumns };
  }

  private recall(scope: WorkScope, text: string): Prepared | undefined {
    const key = keyOf(scope, text);
    const prepared = this.prepared.get(key);
    if (prepared) {
      // Moves it to the end, so that the one used longest ago is the first.
      this.prepared.delete(key);
      this.prepared.set(key, prepared);
    }
    return prepared;
  }

  private async prepare(scope: WorkScope, text: string): Promise<Prepared> {
    const name = `weft_${++this.preparedCount}`;
    const { parameterTypes, columns } = await this.require([
      serialize.parse({ name, text }),
      serialize.describe({ type: 'S', name }),
      serialize.sync(),
    ]);
    const prepared = { name, parameterTypes, columns, jsonColumns: jsonColumnsOf(columns) };
    this.prepared.set(keyOf(scope, text), prepared);
    if (this.prepared.size > preparedMax) await this.forget(this.prepared.entries().next().value!);
    return prepared;
  }

  private async forget([key, { name }]: [string, Prepared]): Promise<void> {
    this.prepared.delete(key);
    await this.require([serialize.close({ type: 'S', name }), serialize.sync()]);
  }

  private async forgetAll(): Promise<void> {
    for (const entry of [...this.prepared]) await this.forget(entry);
  }

  private async require(sent: Uint8Array[]): Promise<WireAnswer> {
    const answer = await this.wire.send(sent);
    if (answer.error) throw answer.error;
    return answer;
  }
}

function keyOf(scope: WorkScope, text: string): string {
  return `${scope === 'owner' ? '' : scope.schema}\0${text}`;
}

function frames({ statement, values }: Step): Uint8Array[] {
  return [serialize.bind({ statement: statement.name, values }), serialize.execute({})];
}

// PostgreSQL answers the commit of a failed transaction with ROLLBACK and no error.
function refuseRollback({ results }: WireAnswer): void {
  if (results.at(-1)?.tag === 'ROLLBACK') {
    throw new DatabaseError({
      code: '25P02',
      message: 'the transaction had failed and was rolled back [SQLSTATE 25P02]',
    });
  }
}
