import { type events } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { newId } from '@weft/runtime';

/** How a message of `weft.events.v1` becomes bytes and back: the generated message itself, such as `events.RunFinished`. */
export interface EventCodec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

/** Makes an event. Its id is a new one and its time is now, unless they are given. */
export function createEvent<Message>(
  subject: string,
  tenantId: string,
  codec: EventCodec<Message>,
  payload: Message,
  options: { id?: string; eventTime?: Date } = {},
): events.EventEnvelope {
  const { id = newId(), eventTime = new Date() } = options;
  const { buffer, byteOffset, byteLength } = codec.encode(payload).finish();
  return { id, subject, tenantId, eventTime, payload: Buffer.from(buffer, byteOffset, byteLength) };
}

/** Reads what an event tells. Throws INTERNAL `BAD_EVENT` when the payload is not a message of that type. */
export function decodeEvent<Message>(codec: EventCodec<Message>, event: events.EventEnvelope): Message {
  try {
    return codec.decode(event.payload);
  } catch (cause) {
    throw new WeftError(
      'INTERNAL',
      'BAD_EVENT',
      `The event '${event.id}' on '${event.subject}' cannot be read.`,
      { cause },
    );
  }
}
