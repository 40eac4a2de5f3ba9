import { JetStreamApiError } from '@nats-io/jetstream';
import { unavailable, WeftError } from '@weft/errors';

// Source: the server's list of errors: insufficient resources, no more storage or memory, a limit of the stream or of the account.
const fullCodes = new Set([10002, 10023, 10028, 10047, 10077]);
const messageTooLarge = 10054;

/** Why the server did not say that it has stored an event. Unless it is INVALID_ARGUMENT, the event may have been stored. */
export function publishError(error: unknown, eventId: string): WeftError {
  if (error instanceof JetStreamApiError && error.code === messageTooLarge) {
    return new WeftError(
      'INVALID_ARGUMENT',
      'EVENT_TOO_LARGE',
      `The event '${eventId}' is larger than the stream takes.`,
      { metadata: { event: eventId }, cause: error },
    );
  }
  if (error instanceof JetStreamApiError && fullCodes.has(error.code)) {
    return new WeftError('RESOURCE_EXHAUSTED', 'EVENT_STREAM_FULL', 'The stream of events is full.', {
      retryDelayMs: 1000,
      cause: error,
    });
  }
  return unavailable('EVENT_BUS_UNAVAILABLE', 'The event bus did not confirm that it stored the events.', {
    cause: error,
  });
}
