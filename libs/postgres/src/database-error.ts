import { WeftError } from '@weft/errors';

/** What PostgreSQL told of an error, without anything that can hold values of rows or parameters. */
export interface DatabaseErrorFields {
  /** The SQLSTATE, such as `23505`. */
  code: string;
  message: string;
  constraint?: string;
  table?: string;
  column?: string;
  schema?: string;
  routine?: string;
}

/** An error that PostgreSQL answered with. Its message never holds values of rows or parameters, so it may be logged. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** The SQLSTATE, such as `23505`. Source: PostgreSQL documentation, appendix A. */
  readonly code: string;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly schema: string | undefined;
  readonly routine: string | undefined;

  constructor(fields: DatabaseErrorFields) {
    super(fields.message);
    this.code = fields.code;
    this.constraint = fields.constraint;
    this.table = fields.table;
    this.column = fields.column;
    this.schema = fields.schema;
    this.routine = fields.routine;
  }
}

// Classes whose messages name tables, columns and constraints but never hold values. The others, such as 22 (data exception), quote
// the input: `invalid input syntax for type integer: "…"`.
const classesWithSafeMessages = new Set([
  '08',
  '0A',
  '23',
  '25',
  '26',
  '34',
  '40',
  '42',
  '53',
  '54',
  '55',
  '57',
  '58',
  'XX',
]);

/** Makes the error of what PostgreSQL sent, leaving out what can hold values: detail, hint, context and the messages of some classes. */
export function databaseErrorFrom(sent: Partial<DatabaseErrorFields>): DatabaseError {
  const code = sent.code ?? 'XX000';
  const safe = classesWithSafeMessages.has(code.slice(0, 2));
  const what =
    safe && sent.message
      ? sent.message
      : `the database refused a value or a statement (in ${sent.routine ?? 'an unknown routine'})`;
  return new DatabaseError({ ...sent, code, message: `${what} [SQLSTATE ${code}]` });
}

/** Whether a statement failed because a row with the same key is there already; of that constraint alone if one is named. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof Error)) return false;
  const { code, constraint: violated } = error as Partial<DatabaseErrorFields>;
  return code === '23505' && (constraint === undefined || violated === constraint);
}

/** The SQLSTATEs of text with U+0000: as a parameter, and inside of JSON. */
const nulStates = new Set(['22021', '22P05']);

/** PostgreSQL holds every character but U+0000. Text with one comes from a caller, so it is the caller who is told. */
export function textNotStorable({ code }: { code: string }): WeftError | undefined {
  if (!nulStates.has(code)) return undefined;
  return new WeftError(
    'INVALID_ARGUMENT',
    'TEXT_NOT_STORABLE',
    'A text of the request holds the character U+0000, which cannot be stored or searched for. Take it out.',
  );
}
