import { type ParserOptions, types } from '@electric-sql/pglite';

import {
  hexFrom,
  parameterRefused,
  parseBytes,
  parseInt8,
  parseTimestamp,
  textFrom,
  typeNumbers,
} from '../value-conventions';

/** A parameter as the wire takes it: text, bytes, or null. */
export type WireValue = string | Uint8Array | null;

/**
 * How values of columns become values of JavaScript, where this differs from what PGlite does by itself:
 * int8 is a number, timestamptz a Date, bytea a Uint8Array; date and timestamp, which say no point in time, stay text.
 */
export const columnParsers: ParserOptions = {
  [typeNumbers.int8]: parseInt8,
  [typeNumbers.timestamptz]: parseTimestamp,
  [typeNumbers.bytea]: parseBytes,
  [typeNumbers.date]: (text) => text,
  [typeNumbers.timestamp]: (text) => text,
  // Parsed at the other end: what nests deep passes between threads as text alone.
  [typeNumbers.json]: (text) => text,
  [typeNumbers.jsonb]: (text) => text,
};

const jsonTypes = new Set([
  typeNumbers.json,
  typeNumbers.jsonb,
  typeNumbers.jsonArray,
  typeNumbers.jsonbArray,
]);

/** The names of the columns that hold JSON text, or arrays of it. */
export function jsonColumnsOf(columns: readonly { name: string; type: number }[]): string[] {
  return columns.filter(({ type }) => jsonTypes.has(type)).map(({ name }) => name);
}

/** How parameters are written, where this differs from what PGlite does by itself: an object is never text by accident. */
export const parameterSerializers = {
  [typeNumbers.text]: textFrom,
  [typeNumbers.varchar]: textFrom,
  [typeNumbers.bpchar]: textFrom,
  // Inside an array; by themselves they go as bytes.
  [typeNumbers.bytea]: hexFrom,
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
  if (type === typeNumbers.bytea && value instanceof Uint8Array) return value;
  const serialize = serializers[type] as ((value: unknown) => string) | undefined;
  if (serialize) {
    try {
      return serialize(value);
    } catch {
      throw parameterRefused(position, `its value is not one of type ${type}`);
    }
  }
  if (typeof value === 'object') throw parameterRefused(position, `an object is no value of type ${type}`);
  return String(value);
}

/** Reads a column's value. */
export function decodeColumn(text: string | null, type: number, parsers: ParserOptions): unknown {
  return text === null ? null : types.parseType(text, type, parsers);
}
