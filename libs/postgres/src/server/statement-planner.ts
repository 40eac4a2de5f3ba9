import { type Statement } from '../database';
import { assertParameterCount } from '../value-conventions';
import { type WorkScope } from '../work-scope';
import { type Frame, type WireAnswer } from './exchange';
import { StatementCache } from './statement-cache';
import { type ValueCodec } from './value-codec';

/** A statement as a connection knows it. */
export interface PreparedStatement {
  name: string;
  parameterTypes: readonly number[];
  /** Its columns, with how each is read. */
  columns: readonly { name: string; read(text: string): unknown }[];
}

/** A statement with its values, ready to be sent. */
export interface Step {
  statement: PreparedStatement;
  /** Its text, if the connection does not hold the statement ready and the frames say it anew. */
  freshText: string | undefined;
  frames: Frame[];
}

/** A statement whose parameters the server is asked for. */
export interface UnknownStatement {
  text: string;
  name: string;
  frames: Frame[];
}

/**
 * The types of the parameters of statements, which all connections share: one that sees a statement for the first time can then prepare and
 * run it in one round trip.
 */
export type ParameterTypes = StatementCache<readonly number[]>;

/** How many statements of a schema one connection holds ready. One costs the server some 10 to 100 kB. */
const preparedMax = 256;

/** Makes frames of statements for one connection, and remembers what it holds ready. */
export class StatementPlanner {
  private readonly closable: string[] = [];
  private readonly prepared = new StatementCache<PreparedStatement>(preparedMax, ({ name }) =>
    this.closable.push(name),
  );
  private lastName = 0;

  constructor(
    private readonly types: ParameterTypes,
    private readonly codec: ValueCodec,
    private readonly prepares: boolean,
  ) {}

  /** The statements whose parameters are not known, each once, with the frames that ask for them. */
  unknown(scope: WorkScope, statements: readonly Statement[]): UnknownStatement[] {
    const unknown: UnknownStatement[] = [];
    for (const { text } of statements) {
      if (this.prepared.get(scope, text) !== undefined || this.types.get(scope, text) !== undefined) continue;
      if (unknown.some((earlier) => earlier.text === text)) continue;
      const name = this.newName();
      unknown.push({ text, name, frames: sayFrames(name, text, []) });
    }
    return unknown;
  }

  /** Takes what the server told of statements that were not known. */
  learn(scope: WorkScope, unknown: readonly UnknownStatement[], { described }: WireAnswer): void {
    for (const [index, { parameterTypes, columns }] of described.entries()) {
      const { text, name } = unknown[index]!;
      this.types.set(scope, text, parameterTypes);
      if (this.prepares)
        this.prepared.set(scope, text, { name, parameterTypes, columns: this.readable(columns) });
    }
  }

  /**
   * @throws DatabaseError 08P01 for another number of values than the statement takes, 22000 for a value that cannot be of its type
   */
  steps(scope: WorkScope, statements: readonly Statement[]): Step[] {
    const fresh = new Map<string, PreparedStatement>();
    return statements.map(({ text, values = [] }) => {
      const held = this.prepared.get(scope, text) ?? (this.prepares ? fresh.get(text) : undefined);
      const statement = held ?? {
        name: this.newName(),
        parameterTypes: this.types.get(scope, text)!,
        columns: [],
      };
      if (held === undefined) fresh.set(text, statement);
      const { name, parameterTypes } = statement;
      assertParameterCount(parameterTypes.length, values.length);
      const wireValues = values.map((value, index) =>
        this.codec.encode(value, parameterTypes[index]!, index + 1),
      );
      const run: Frame = { kind: 'run', name, values: wireValues };
      if (held !== undefined) return { statement, freshText: undefined, frames: [run] };
      return { statement, freshText: text, frames: [...sayFrames(name, text, parameterTypes), run] };
    });
  }

  /** Takes what the server told of the statements that were said anew. */
  remember(scope: WorkScope, steps: readonly Step[], { described }: WireAnswer): void {
    if (described.length === 0) return;
    const said = steps.filter(({ freshText }) => freshText !== undefined);
    for (const [index, { columns }] of described.entries()) {
      const { statement, freshText } = said[index]!;
      statement.columns = this.readable(columns);
      if (this.prepares) this.prepared.set(scope, freshText!, statement);
    }
  }

  forget(scope: WorkScope, statements: readonly Statement[]): void {
    for (const { text } of statements) {
      this.prepared.delete(scope, text);
      this.types.delete(scope, text);
    }
  }

  forgetAll(): void {
    this.prepared.clear();
  }

  /** The frames that close what is not held any more. */
  closing(): Frame[] {
    return this.closable.splice(0).map((name) => ({ kind: 'close', name }));
  }

  private newName(): string {
    return this.prepares ? `weft_${++this.lastName}` : '';
  }

  private readable(columns: readonly { name: string; type: number }[]): PreparedStatement['columns'] {
    return columns.map(({ name, type }) => ({ name, read: this.codec.reader(type) }));
  }
}

function sayFrames(name: string, text: string, types: readonly number[]): Frame[] {
  return [
    { kind: 'parse', name, text, types },
    { kind: 'describe', name },
  ];
}
