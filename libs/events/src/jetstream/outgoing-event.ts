import { events } from '@weft/contracts';
import { WeftError } from '@weft/errors';

import { isEventSubject, toWire } from './wire-subject';

/** An event as it goes to the server. */
export interface OutgoingEvent {
  id: string;
  wireSubject: string;
  payload: Uint8Array;
}

/** What is kept free in a message for headers: those of a dead letter are the longest. */
export const headersBytesMax = 4096;

/** Whether an id can go in a header. */
export function isEventId(id: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(id);
}

/**
 * Encodes an event. Throws INVALID_ARGUMENT, with the event's id as `metadata.event`, for one that no server would ever take:
 * `EVENT_TOO_LARGE` when it is larger than its messages may be, `EVENT_INVALID` when its id or subject is none.
 */
export function outgoingEvent(
  namespace: string,
  event: events.EventEnvelope,
  messageBytesMax: number,
): OutgoingEvent {
  const { id, subject } = event;
  if (!isEventId(id)) {
    throw refused('EVENT_INVALID', event, 'has no id of 1 to 255 visible ASCII characters');
  }
  if (!isEventSubject(subject)) {
    throw refused('EVENT_INVALID', event, "has no subject of the form 'weft.<domain>.<event>.v1'");
  }
  const payload = events.EventEnvelope.encode(event).finish();
  const bytesMax = messageBytesMax - headersBytesMax;
  if (payload.length > bytesMax) {
    throw refused('EVENT_TOO_LARGE', event, `has ${payload.length} bytes; the event bus takes ${bytesMax}`, {
      size_bytes: `${payload.length}`,
      size_bytes_max: `${bytesMax}`,
    });
  }
  return { id, wireSubject: toWire(namespace, subject), payload };
}

function refused(reason: string, event: events.EventEnvelope, why: string, facts = {}): WeftError {
  return new WeftError('INVALID_ARGUMENT', reason, `The event '${event.id}' ${why}.`, {
    metadata: { event: event.id, ...facts },
  });
}
