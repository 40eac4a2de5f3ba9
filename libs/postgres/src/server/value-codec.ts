import {
  hexFrom,
  parameterRefused,
  parseBytes,
  parseInt8,
  parseTimestamp,
  textFrom,
  typeNumbers,
} from '../value-conventions';
import { readArray, writeArray } from './array-text';

/** A parameter as the wire takes it: text, bytes, or null. */
export type WireValue = string | Buffer | null;

type Read = (text: string) => unknown;
type Write = (value: unknown) => string;

const {
  bool,
  bytea,
  int2,
  int4,
  int8,
  oid,
  float4,
  float8,
  text,
  varchar,
  bpchar,
  date,
  timestamp,
  timestamptz,
  json,
  jsonb,
} = typeNumbers;

const readers = new Map<number, Read>([
  [bool, (value) => value === 't'],
  [bytea, parseBytes],
  [int8, parseInt8],
  [timestamptz, parseTimestamp],
  [json, (value) => JSON.parse(value) as unknown],
  [jsonb, (value) => JSON.parse(value) as unknown],
  ...[int2, int4, oid, float4, float8].map((type): [number, Read] => [type, Number]),
]);

const writers = new Map<number, Write>([
  [bool, booleanFrom],
  [bytea, hexFrom],
  [json, jsonFrom],
  [jsonb, jsonFrom],
  ...[text, varchar, bpchar].map((type): [number, Write] => [type, textFrom]),
  ...[date, timestamp, timestamptz].map((type): [number, Write] => [type, timeFrom]),
]);

/** Turns values of JavaScript into what the wire takes, and back. The conventions: see the README. */
export class ValueCodec {
  /** The type of an array's elements, by the array's type. */
  private readonly elements = new Map<number, number>();

  /** Tells of the types of arrays that the database has. */
  addArrayTypes(types: readonly { array: number; element: number }[]): void {
    for (const { array, element } of types) this.elements.set(array, element);
  }

  /** How a column of a type is read; what is not known stays text. */
  reader(type: number): Read {
    const element = this.elements.get(type);
    if (element === undefined) return readers.get(type) ?? String;
    const readElement = this.reader(element);
    return (value) => readArray(value, readElement);
  }

  /**
   * Makes a parameter ready for the wire.
   *
   * @throws DatabaseError 22000 when the value cannot be of that type; the message does not tell the value
   */
  encode(value: unknown, type: number, position: number): WireValue {
    if (value === null || value === undefined) return null;
    if (type === bytea && value instanceof Uint8Array)
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    try {
      return this.writer(type)(value);
    } catch {
      throw parameterRefused(position, `its value is not one of type ${type}`);
    }
  }

  private writer(type: number): Write {
    const element = this.elements.get(type);
    if (element === undefined) return writers.get(type) ?? scalarFrom;
    // Text is what an array may be passed as, too: `{1,2}`.
    return (value) => (Array.isArray(value) ? writeArray(value, this.writer(element)) : textFrom(value));
  }
}

function scalarFrom(value: unknown): string {
  if (typeof value === 'object') throw new TypeError('an object is no scalar');
  return String(value);
}

function booleanFrom(value: unknown): string {
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value === 0 || value === 1) return value === 1 ? 't' : 'f';
  // PostgreSQL itself refuses the words that are none.
  if (typeof value === 'string') return value;
  throw new TypeError('not a boolean');
}

function timeFrom(value: unknown): string {
  if (typeof value === 'number') return new Date(value).toISOString();
  return textFrom(value);
}

function jsonFrom(value: unknown): string {
  if (typeof value === 'string') return value;
  const written = JSON.stringify(value) as string | undefined;
  if (written === undefined) throw new TypeError('not JSON');
  return written;
}
