import { type ParserOptions, types } from '@electric-sql/pglite';

import { DatabaseError } from '../database-error';

/** A parameter as the wire takes it: text, bytes, or null. */
export type WireValue = string | Uint8Array | null;

// Numbers of built-in types. Source: PostgreSQL, src/include/catalog/pg_type.dat
const oid = {
  bytea: 17,
  int8: 20,
  text: 25,
  json: 114,
  jsonArray: 199,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  jsonb: 3802,
  jsonbArray: 3807,
};

/**
 * How values of columns become values of JavaScript, where this differs from what PGlite does by itself:
 * int8 is a number, timestamptz a Date, bytea a Uint8Array; date and timestamp, which say no point in time, stay text.
 */
export const columnParsers: ParserOptions = {
  [oid.int8]: parseInt8,
  [oid.timestamptz]: parseTimestamp,
  [oid.bytea]: (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex')),
  [oid.date]: (text) => text,
  [oid.timestamp]: (text) => text,
  // Parsed at the other end: what nests deep passes between threads as text alone.
  [oid.json]: (text) => text,
  [oid.jsonb]: (text) => text,
};

const jsonTypes = new Set([oid.json, oid.jsonb, oid.jsonArray, oid.jsonbArray]);

/** The names of the columns that hold JSON text, or arrays of it. */
export function jsonColumnsOf(columns: readonly { name: string; type: number }[]): string[] {
  return columns.filter(({ type }) => jsonTypes.has(type)).map(({ name }) => name);
}

/** How parameters are written, where this differs from what PGlite does by itself: an object is never text by accident. */
export const parameterSerializers = {
  [oid.text]: textFrom,
  [oid.varchar]: textFrom,
  [oid.bpchar]: textFrom,
  // Inside an array; by themselves they go as bytes.
  [oid.bytea]: (value: Uint8Array) =>
    `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`,
};

/**
 * Makes a parameter ready for the wire: bytes go as bytes, a Date as ISO 8601, an array as PostgreSQL writes arrays, and whatever is for
 * json or jsonb as JSON, save a string, which must be JSON already.
 *
 * @param serializers PGlite's, by type
 * @throws DatabaseError 22000 when the value cannot be of that type; the message does not tell the value
 */
export function encodeParameter(
  value: unknown,
  type: number,
  position: number,
  serializers: Readonly<Record<number, (value: never) => string>>,
): WireValue {
  if (value === null || value === undefined) return null;
  if (type === oid.bytea && value instanceof Uint8Array) return value;
  const serialize = serializers[type] as ((value: unknown) => string) | undefined;
  const refused = (cause: string) =>
    new DatabaseError({
      code: '22000',
      message: `parameter $${position} cannot be passed: ${cause} [SQLSTATE 22000]`,
    });
  if (serialize) {
    try {
      return serialize(value);
    } catch {
      throw refused(`its value is not one of type ${type}`);
    }
  }
  if (typeof value === 'object') throw refused(`an object is no value of type ${type}`);
  return String(value);
}

function textFrom(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') throw new TypeError('an object is not text');
  return String(value);
}

function parseInt8(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) {
    throw new DatabaseError({
      code: '22003',
      message: 'a bigint is beyond what a number holds exactly [SQLSTATE 22003]',
    });
  }
  return number;
}

// The session's time zone is UTC, so the text is such as `2026-01-31 12:00:00.123456+00`.
function parseTimestamp(text: string): Date {
  const date = new Date(text.replace(' ', 'T').replace(/\+00$/, 'Z'));
  if (Number.isNaN(date.getTime())) {
    throw new DatabaseError({
      code: '22008',
      message: 'a timestamp is beyond what a Date holds [SQLSTATE 22008]',
    });
  }
  return date;
}

/** Reads a column's value. */
export function decodeColumn(text: string | null, type: number, parsers: ParserOptions): unknown {
  return text === null ? null : types.parseType(text, type, parsers);
}
