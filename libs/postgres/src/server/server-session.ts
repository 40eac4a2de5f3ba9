import { internal } from '@weft/errors';
import { type Client } from 'pg';

import { type Statement } from '../database';
import { DatabaseError, type DatabaseErrorFields } from '../database-error';
import { type WorkScope } from '../work-scope';
import { Exchange, type Frame, type WireAnswer } from './exchange';
import {
  answerTimeout,
  commitUnknown,
  conflict,
  databaseAway,
  endsConnection,
  serverErrorFrom,
} from './server-error';
import { control, ownerMsMax, type WorkOpening } from './session-settings';
import { type StatementPlanner, type Step } from './statement-planner';

export type Row = Record<string, unknown>;

/** How a session works. */
export interface SessionOptions {
  /** The longest that the server may take for an answer, in milliseconds. */
  answerMsMax: number;
  /** Called at each answer that came whole. */
  onAnswer(): void;
  /** Called once, when the connection was lost or given up. */
  onEnd(session: ServerSession): void;
}

/** The longest that a rollback may take, whose caller waits for another error, in milliseconds. */
const rollbackMsMax = 2_000;

/** The longest that a server may take to hang up, in milliseconds. */
const goodbyeMsMax = 1_000;

/** One connection to a PostgreSQL server. Whoever uses it uses it alone, until it is `usable` again. */
export class ServerSession {
  private alive = true;
  private spoiled = false;
  private status: WireAnswer['status'] = 'idle';
  private current: Exchange | undefined;
  /** What opens the transaction that was begun; it goes with the first statement. */
  private opening: Frame[] = [];

  constructor(
    private readonly client: Client,
    private readonly workOpening: WorkOpening,
    private readonly planner: StatementPlanner,
    private readonly options: SessionOptions,
  ) {
    const { connection } = client;
    connection.on('readyForQuery', ({ status }: { status: string }) => this.current?.complete(status));
    connection.on('parameterDescription', ({ dataTypeIDs }: { dataTypeIDs: number[] }) =>
      this.current?.takeParameterTypes(dataTypeIDs),
    );
    connection.on('noData', () => this.current?.takeNoColumns());
    client.on('error', () => this.ended());
    client.on('end', () => this.ended());
  }

  /** Whether the next piece of work may have it: open, outside of a transaction, and nothing under way. */
  get usable(): boolean {
    return this.alive && !this.spoiled && this.status === 'idle' && this.current === undefined;
  }

  get busy(): boolean {
    return this.current !== undefined;
  }

  /** Runs statements in one transaction; answers with the rows of each. One round trip once their parameters are known. */
  async batch(scope: WorkScope, statements: readonly Statement[]): Promise<Row[][]> {
    let { steps, answer } = await this.runBatch(scope, statements);
    if (answer.error !== undefined && answer.status === 'idle' && isStale(answer.error)) {
      // Nothing of it was kept, so it may run again, with what was prepared for tables that have changed since made anew.
      this.forget(scope, statements);
      ({ steps, answer } = await this.runBatch(scope, statements));
    }
    // The server may end a connection between the commit and its answer. Only what failed before its last statement was done is known.
    const unanswered =
      answer.status === 'lost' && (answer.error === undefined || ranWhole(scope, steps, answer));
    if (unanswered) throw statements.every(onlyReads) ? lost() : commitUnknown();
    if (answer.error !== undefined) throw this.errorOf(answer.error);
    const first = answer.results.length - steps.length;
    return steps.map((step, index) => rowsOf(step, answer.results[first + index]!.rows));
  }

  /** Begins a transaction, which `commit` or `rollback` ends. Sends nothing yet. */
  begin(scope: WorkScope): void {
    this.opening = [...control('begin'), ...this.workOpening.frames(scope)];
  }

  /** Runs one statement in the transaction. */
  async statement(scope: WorkScope, statement: Statement): Promise<Row[]> {
    await this.learn(scope, [statement], () => this.takeOpening());
    const [step] = this.planner.steps(scope, [statement]);
    const answer = await this.exchange(scope, [...this.takeOpening(), ...step!.frames]);
    this.planner.remember(scope, [step!], answer);
    if (answer.error !== undefined && isStale(answer.error)) {
      this.forget(scope, [statement]);
      if (isUnprepared(answer.error)) throw conflict('A table has changed under the transaction.');
    }
    this.require(answer);
    return rowsOf(step!, answer.results.at(-1)!.rows);
  }

  /** Runs SQL text of any number of statements in the transaction. */
  async script(scope: WorkScope, text: string): Promise<void> {
    const opening = this.takeOpening();
    if (opening.length > 0) this.require(await this.exchange(scope, opening));
    // It may change tables.
    this.planner.forgetAll();
    const answer = await this.exchange(scope, [{ kind: 'script', text }]);
    this.require(answer);
    if (answer.status !== 'open')
      throw new DatabaseError({
        code: '2D000',
        message: 'a script must not end its transaction [SQLSTATE 2D000]',
      });
  }

  async commit(scope: WorkScope): Promise<void> {
    if (this.takeOpening().length > 0) return;
    const answer = await this.exchange(scope, control('commit'));
    const tag = answer.results.at(-1)?.tag;
    if (answer.status === 'lost' && tag === undefined) throw commitUnknown();
    if (answer.status !== 'lost' && answer.error !== undefined) throw this.errorOf(answer.error);
    // PostgreSQL answers the commit of a failed transaction with ROLLBACK and no error.
    if (tag === 'ROLLBACK')
      throw new DatabaseError({
        code: '25P02',
        message: 'the transaction had failed and was rolled back [SQLSTATE 25P02]',
      });
  }

  /** Leaves the transaction. A connection that cannot is not usable any more. */
  async rollback(): Promise<void> {
    if (this.takeOpening().length > 0 || this.status === 'idle' || !this.alive) return;
    await this.exchangeWithin(control('rollback'), Math.min(rollbackMsMax, this.options.answerMsMax));
  }

  /** Resolves when the server answers within so many milliseconds. */
  async ping(timeoutMs: number): Promise<void> {
    this.require(await this.exchangeWithin([{ kind: 'script', text: 'select 1' }], timeoutMs));
  }

  /** Ends the connection at once; what is under way fails. */
  destroy(): void {
    this.client.connection.stream.destroy();
    this.ended();
  }

  /** Says goodbye to the server, and does not wait long for it to hang up. */
  async end(): Promise<void> {
    this.alive = false;
    const timer = setTimeout(() => this.client.connection.stream.destroy(), goodbyeMsMax);
    await this.client.end();
    clearTimeout(timer);
  }

  private async runBatch(
    scope: WorkScope,
    statements: readonly Statement[],
  ): Promise<{ steps: Step[]; answer: WireAnswer }> {
    await this.learn(scope, statements, () => this.workOpening.frames(scope));
    const steps = this.planner.steps(scope, statements);
    const frames = [...this.workOpening.frames(scope), ...steps.flatMap((step) => step.frames)];
    const answer = await this.exchange(scope, frames);
    this.planner.remember(scope, steps, answer);
    return { steps, answer };
  }

  /** Asks for the parameters of the statements that are not known yet, if there are any. */
  private async learn(
    scope: WorkScope,
    statements: readonly Statement[],
    opening: () => Frame[],
  ): Promise<void> {
    const unknown = this.planner.unknown(scope, statements);
    if (unknown.length === 0) return;
    const answer = await this.exchange(scope, [...opening(), ...unknown.flatMap(({ frames }) => frames)]);
    this.planner.learn(scope, unknown, answer);
    this.require(answer);
  }

  private exchange(scope: WorkScope, frames: readonly Frame[]): Promise<WireAnswer> {
    return this.exchangeWithin(frames, scope === 'owner' ? ownerMsMax : this.options.answerMsMax);
  }

  private async exchangeWithin(frames: readonly Frame[], timeoutMs: number): Promise<WireAnswer> {
    if (!this.alive) throw lost();
    const whole = frames[0]?.kind === 'script' ? frames : [...this.planner.closing(), ...frames];
    const exchange = new Exchange(whole);
    this.current = exchange;
    let expired = false;
    // An answer that came while this thread was busy is read before the immediate runs.
    const timer = setTimeout(
      () =>
        setImmediate(() => {
          if (this.current !== exchange) return;
          expired = true;
          this.destroy();
        }),
      timeoutMs,
    );
    try {
      this.client.query(exchange);
    } catch (cause) {
      // What was written of it is not whole.
      clearTimeout(timer);
      this.destroy();
      throw internal('The statements cannot be sent to the database.', cause);
    }
    const answer = await exchange.answered;
    clearTimeout(timer);
    this.current = undefined;
    this.status = answer.status;
    if (expired) throw answerTimeout(timeoutMs);
    if (answer.status !== 'lost') this.options.onAnswer();
    return answer;
  }

  private require(answer: WireAnswer): void {
    if (answer.error !== undefined) throw this.errorOf(answer.error);
    if (answer.status === 'lost') throw lost();
  }

  private errorOf(sent: DatabaseErrorFields): Error {
    if (endsConnection(sent.code)) this.spoiled = true;
    return serverErrorFrom(sent);
  }

  private takeOpening(): Frame[] {
    const { opening } = this;
    this.opening = [];
    return opening;
  }

  private forget(scope: WorkScope, statements: readonly Statement[]): void {
    this.planner.forget(scope, statements);
    this.workOpening.forget();
  }

  private ended(): void {
    if (!this.alive) {
      this.current?.lose();
      return;
    }
    this.alive = false;
    this.current?.lose();
    this.options.onEnd(this);
  }
}

function rowsOf({ statement }: Step, rows: (string | null)[][]): Row[] {
  const { columns } = statement;
  return rows.map((fields) => {
    const row: Row = {};
    for (const [index, { name, read }] of columns.entries()) {
      const text = fields[index];
      row[name] = text === null || text === undefined ? null : read(text);
    }
    return row;
  });
}

/** Whether every statement of a batch was done, so that its commit may have been. The settings before them are a statement, too. */
function ranWhole(scope: WorkScope, steps: readonly Step[], { results }: WireAnswer): boolean {
  return results.length >= steps.length + (scope === 'owner' ? 0 : 1);
}

function lost(): Error {
  return databaseAway('The connection to the database was lost.');
}

/** What was prepared is gone, or its columns have changed. */
function isUnprepared({ code, routine }: DatabaseErrorFields): boolean {
  return code === '26000' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}

/** The tables may have changed since a statement was prepared: it is gone, its columns are others, or its parameters do not fit any more. */
function isStale(error: DatabaseErrorFields): boolean {
  return isUnprepared(error) || error.code === '42883' || error.code === '42804';
}

/** Whether a statement changes nothing for sure, so that its commit does not matter. */
function onlyReads({ text }: Statement): boolean {
  return (
    /^\s*(select|with|values)\b/i.test(text) && !/\b(insert|update|delete|merge|nextval|setval)\b/i.test(text)
  );
}
