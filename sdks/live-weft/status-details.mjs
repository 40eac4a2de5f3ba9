import { Buffer } from 'node:buffer';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/**
 * The trailer of a refusal: a google.rpc.Status with every kind of detail that weft sends. Field numbers are those of
 * google/rpc/status.proto and google/rpc/error_details.proto.
 */
export function statusDetails({ code, message, reason, metadata, retry_delay: delay }) {
  const facts = Object.entries(metadata).map(([key, value]) => [3, encode([1, key], [2, value])]);
  const details = {
    ErrorInfo: encode([1, reason], [2, 'weft'], ...facts),
    BadRequest: encode([1, encode([1, 'call.messages'], [2, 'must not be empty'])]),
    RetryInfo: encode([1, encode([1, delay.seconds], [2, delay.nanos])]),
    QuotaFailure: encode([1, encode([1, 'requests_per_minute'], [2, 'The limit was passed.'])]),
  };
  const packed = Object.entries(details).map(([type, value]) => [
    3,
    encode([1, `type.googleapis.com/google.rpc.${type}`], [2, value]),
  ]);
  return Buffer.from(encode([1, code], [2, message], ...packed));
}

/** A message of fields with a number and a value: an integer, a text or a message. */
function encode(...fields) {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'number') writer.tag(number, WireType.Varint).int64(value);
    else if (typeof value === 'string') writer.tag(number, WireType.LengthDelimited).string(value);
    else writer.tag(number, WireType.LengthDelimited).bytes(value);
  }
  return writer.finish();
}
