import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A span as it was received. */
export interface ReceivedSpan {
  service: string;
  traceId: string;
  spanId: string;
  /** Empty for the first of a trace. */
  parentSpanId: string;
  name: string;
  kind: 'internal' | 'server' | 'client' | 'consumer';
  attributes: Record<string, unknown>;
}

/** By the numbers of the protocol. */
const kinds: Record<number, ReceivedSpan['kind']> = {
  1: 'internal',
  2: 'server',
  3: 'client',
  5: 'consumer',
};

type Fields = Map<number, (Uint8Array | bigint | number)[]>;

/** Reads an ExportTraceServiceRequest. Source of the field numbers: opentelemetry/proto/trace/v1/trace.proto, version 1. */
export function readSpans(body: Uint8Array): ReceivedSpan[] {
  return messages(fieldsOf(body), 1).flatMap((resourceSpans) => {
    const resource = messages(resourceSpans, 1).flatMap((fields) => messages(fields, 1));
    const service = String(attributesOf(resource)['service.name']);
    return messages(resourceSpans, 2)
      .flatMap((scopeSpans) => messages(scopeSpans, 2))
      .map((span) => ({
        service,
        traceId: hex(span, 1),
        spanId: hex(span, 2),
        parentSpanId: hex(span, 4),
        name: text(span, 5),
        kind: kinds[Number(span.get(6)?.[0])]!,
        attributes: attributesOf(messages(span, 9)),
      }));
  });
}

function attributesOf(pairs: Fields[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map((pair) => [text(pair, 1), valueOf(messages(pair, 2)[0]!)]));
}

/** An AnyValue: text, boolean, whole number, number or list. */
function valueOf(value: Fields): unknown {
  if (value.has(1)) return text(value, 1);
  if (value.has(5)) return messages(value, 5).flatMap((list) => messages(list, 1).map(valueOf));
  return Number((value.get(3) ?? value.get(2) ?? value.get(4))?.[0]);
}

function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields: Fields = new Map();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    fields.set(number, [...(fields.get(number) ?? []), fieldOf(reader, wireType)]);
  }
  return fields;
}

function fieldOf(reader: BinaryReader, wireType: WireType): Uint8Array | bigint | number {
  if (wireType === WireType.LengthDelimited) return reader.bytes();
  if (wireType === WireType.Varint) return BigInt(reader.int64());
  return wireType === WireType.Bit64 ? reader.double() : reader.fixed32();
}

function messages(fields: Fields, number: number): Fields[] {
  return (fields.get(number) ?? []).map((bytes) => fieldsOf(bytes as Uint8Array));
}

function text(fields: Fields, number: number): string {
  return Buffer.from((fields.get(number)?.[0] as Uint8Array) ?? []).toString('utf8');
}

function hex(fields: Fields, number: number): string {
  return Buffer.from((fields.get(number)?.[0] as Uint8Array) ?? []).toString('hex');
}
