import { DatabaseError } from './database-error';

/** Numbers of built-in types. Source: PostgreSQL, src/include/catalog/pg_type.dat */
export const typeNumbers = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  oid: 26,
  json: 114,
  jsonArray: 199,
  float4: 700,
  float8: 701,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  jsonb: 3802,
  jsonbArray: 3807,
};

/** A parameter's value as text; an object is never text by accident. */
export function textFrom(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') throw new TypeError('an object is not text');
  return String(value);
}

/** Bytes as PostgreSQL reads them inside of an array. */
export function hexFrom(value: unknown): string {
  if (!(value instanceof Uint8Array)) throw new TypeError('not bytes');
  return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
}

/** Reads `\x0a1b`. */
export function parseBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}

/** @throws DatabaseError 22003 for what a number cannot hold */
export function parseInt8(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) {
    throw new DatabaseError({
      code: '22003',
      message: 'a bigint is beyond what a number holds exactly [SQLSTATE 22003]',
    });
  }
  return number;
}

/**
 * Reads a timestamptz of a session whose time zone is UTC, such as `2026-01-31 12:00:00.123456+00`.
 *
 * @throws DatabaseError 22008 for what a Date cannot hold
 */
export function parseTimestamp(text: string): Date {
  const date = new Date(text.replace(' ', 'T').replace(/\+00$/, 'Z'));
  if (Number.isNaN(date.getTime())) {
    throw new DatabaseError({
      code: '22008',
      message: 'a timestamp is beyond what a Date holds [SQLSTATE 22008]',
    });
  }
  return date;
}

/** The error of a parameter whose value cannot be of its type. `why` must not tell the value. */
export function parameterRefused(position: number, why: string): DatabaseError {
  return new DatabaseError({
    code: '22000',
    message: `parameter $${position} cannot be passed: ${why} [SQLSTATE 22000]`,
  });
}

/** @throws DatabaseError 08P01 unless a statement got as many parameters as it takes */
export function assertParameterCount(taken: number, given: number): void {
  if (taken === given) return;
  const message = `the statement takes ${taken} parameters, not ${given} [SQLSTATE 08P01]`;
  throw new DatabaseError({ code: '08P01', message });
}
