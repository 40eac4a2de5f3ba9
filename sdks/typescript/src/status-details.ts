import type { Metadata } from '@grpc/grpc-js';
import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { AnySchema, type Duration, DurationSchema } from '@bufbuild/protobuf/wkt';
import type { WeftErrorDetails } from './errors';

/**
 * Reads the google.rpc details in the trailer of a call that failed; none where there are none, or none that can be read.
 * Field numbers are those of google/rpc/status.proto and google/rpc/error_details.proto.
 */
export function statusDetails(trailer: Metadata): WeftErrorDetails {
  const [encoded] = trailer.get('grpc-status-details-bin');
  if (encoded === undefined || typeof encoded === 'string') return {};
  try {
    const details: WeftErrorDetails = {};
    for (const detail of fields(encoded)[3] ?? []) {
      const { typeUrl, value } = fromBinary(AnySchema, detail);
      Object.assign(details, readers[typeUrl.slice(typeUrl.lastIndexOf('/') + 1)]?.(fields(value)));
    }
    return details;
  } catch {
    // A proxy may have cut it: the status itself still tells what happened.
    return {};
  }
}

/** Whole milliseconds, rounded up: whoever waits that long has waited long enough. */
export function millisecondsOf({ seconds, nanos }: Pick<Duration, 'seconds' | 'nanos'>): number {
  return Number(seconds) * 1000 + Math.ceil(nanos / 1e6);
}

/** The values of a message's fields of texts, bytes and messages, by number. */
type Fields = Record<number, Uint8Array[] | undefined>;

const readers: Record<string, ((fields: Fields) => WeftErrorDetails) | undefined> = {
  'google.rpc.ErrorInfo': ({ 1: reason, 3: metadata = [] }) => ({
    reason: text(reason),
    metadata: Object.fromEntries(
      metadata.map(fields).map(({ 1: key, 2: value }) => [text(key), text(value)]),
    ),
  }),
  'google.rpc.BadRequest': ({ 1: violations = [] }) => ({
    fieldViolations: violations
      .map(fields)
      .map(({ 1: field, 2: description }) => ({ field: text(field), description: text(description) })),
  }),
  'google.rpc.QuotaFailure': ({ 1: violations = [] }) => ({
    quotaViolations: violations
      .map(fields)
      .map(({ 1: subject, 2: description }) => ({ subject: text(subject), description: text(description) })),
  }),
  'google.rpc.RetryInfo': ({ 1: delay }) => ({
    retryDelayMs: millisecondsOf(fromBinary(DurationSchema, delay?.at(-1) ?? new Uint8Array())),
  }),
};

function fields(message: Uint8Array): Fields {
  const reader = new BinaryReader(message);
  const values: Fields = {};
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type === WireType.LengthDelimited) (values[number] ??= []).push(reader.bytes());
    else reader.skip(type, number);
  }
  return values;
}

function text(values: Uint8Array[] | undefined): string {
  return new TextDecoder().decode(values?.at(-1));
}
