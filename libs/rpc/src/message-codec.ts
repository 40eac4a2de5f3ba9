import { BinaryWriter } from '@bufbuild/protobuf/wire';

/** A message type as ts-proto generates it. */
export interface MessageType {
  encode(message: unknown, writer?: BinaryWriter): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
  fromPartial(message: unknown): unknown;
}

/** A writer keeps its buffer: one for all messages makes encoding four times as fast, but must not keep 48 MiB for ever. */
const keptBytesMax = 64 * 1024;

let writer = new BinaryWriter();

/** The bytes of a message, of which fields may be left out. Throws when a value is none that its field can have. */
export function encodeMessage(type: MessageType, message: unknown): Uint8Array {
  const whole = type.fromPartial(message);
  try {
    const bytes = type.encode(whole, writer).finish();
    if (bytes.length > keptBytesMax) writer = new BinaryWriter();
    return bytes;
  } catch (error) {
    // What was written before the failure is still in it.
    writer = new BinaryWriter();
    throw error;
  }
}
