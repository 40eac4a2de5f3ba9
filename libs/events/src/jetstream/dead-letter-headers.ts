import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { WeftError } from '@weft/errors';

/** Why and when an event became a dead letter. */
export interface DeadLetterCause {
  consumer: string;
  /** The reason of the last failure, such as `BAD_EVENT`; an error's class where it has none. */
  reason: string;
  /** The message of the last failure. */
  message: string;
  /** How often the event was handed out. */
  attempts: number;
  firstFailedTime: Date;
  lastFailedTime: Date;
}

const names = {
  consumer: 'Weft-Consumer',
  reason: 'Weft-Error-Reason',
  message: 'Weft-Error-Message',
  attempts: 'Weft-Attempts',
  firstFailedTime: 'Weft-First-Failed-Time',
  lastFailedTime: 'Weft-Last-Failed-Time',
} as const;

const textLengthMax = 500;

/** The reason and message of whatever was thrown. */
export function reasonOf(error: unknown): Pick<DeadLetterCause, 'reason' | 'message'> {
  if (error instanceof WeftError) return { reason: error.reason, message: error.message };
  if (error instanceof Error) return { reason: error.name, message: error.message };
  return { reason: typeof error, message: String(error) };
}

/** The headers that tell it. Texts are shortened to 500 characters of visible ASCII. */
export function deadLetterHeaders(cause: DeadLetterCause): MsgHdrs {
  const written = headers();
  written.set(names.consumer, cause.consumer);
  written.set(names.reason, oneLine(cause.reason));
  written.set(names.message, oneLine(cause.message));
  written.set(names.attempts, `${cause.attempts}`);
  written.set(names.firstFailedTime, cause.firstFailedTime.toISOString());
  written.set(names.lastFailedTime, cause.lastFailedTime.toISOString());
  return written;
}

/** What the headers of a dead letter tell. */
export function readDeadLetterHeaders(read: MsgHdrs): DeadLetterCause {
  return {
    consumer: read.get(names.consumer),
    reason: read.get(names.reason),
    message: read.get(names.message),
    attempts: Number(read.get(names.attempts)),
    firstFailedTime: new Date(read.get(names.firstFailedTime)),
    lastFailedTime: new Date(read.get(names.lastFailedTime)),
  };
}

function oneLine(text: string): string {
  return text.slice(0, textLengthMax).replaceAll(/[^\x20-\x7e]/g, '?');
}
