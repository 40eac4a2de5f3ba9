import { type Msg } from '@nats-io/transport-node';
import { events } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';

import { type Delivery } from '../batch-delivery';
import { deadLetterHeaders, reasonOf } from './dead-letter-headers';
import { type DeliveryInfo } from './delivery-info';
import { isEventId } from './outgoing-event';
import { type Session } from './session-keeper';
import { storeMessage } from './store-message';
import { fromWire, wireNames } from './wire-subject';

/** What an event that is held belongs to. */
export interface HeldEventContext {
  session: Session;
  namespace: string;
  consumer: string;
  logger: Logger;
  /** Told that the event is the server's again, or nobody's. */
  released(event: HeldEvent): void;
}

// Source: NATS architecture decision record 15, the answers of a consumer to a delivery.
const answers = { handled: '+ACK', failed: '-NAK', working: '+WPI', given_up: '+TERM' } as const;

/** An event that the server has given to this replica and waits to hear of. */
export class HeldEvent implements Delivery {
  readonly event: events.EventEnvelope;
  readonly earlierAttempts: number;
  readonly streamSequence: number;
  /** Set when the message is no event. */
  readonly unreadable: WeftError | undefined;
  private attempts: number;
  private firstFailedTime: Date | undefined;
  private reply: string;

  constructor(
    private readonly message: Msg,
    info: DeliveryInfo,
    private readonly context: HeldEventContext,
  ) {
    this.streamSequence = info.streamSequence;
    this.earlierAttempts = info.deliveryCount - 1;
    this.attempts = this.earlierAttempts;
    this.reply = message.reply!;
    const subject = fromWire(context.namespace, message.subject);
    const read = readEnvelope(message, subject);
    this.event = read instanceof WeftError ? { ...events.EventEnvelope.create(), subject } : read;
    this.unreadable = read instanceof WeftError ? read : undefined;
  }

  /** The server has given it again, having missed that it is being worked on: it is to be answered by its newest delivery. */
  deliveredAgain(reply: string): void {
    this.reply = reply;
  }

  /** Tells the server that it is still being worked on. */
  working(): void {
    this.answer(answers.working);
  }

  failed(): void {
    this.attempts += 1;
    this.firstFailedTime ??= new Date();
  }

  handled(): void {
    this.answer(answers.handled);
    this.context.released(this);
  }

  abandon(): void {
    this.answer(answers.failed);
    this.context.released(this);
  }

  /** Stores it as a dead letter, and only then takes it from the consumer. */
  async giveUp(error: unknown): Promise<void> {
    const { session, namespace, consumer, logger, released } = this.context;
    const { deadStream } = wireNames(namespace);
    const { id, subject, tenantId: tenant } = this.event;
    const now = new Date();
    const headers = deadLetterHeaders({
      consumer,
      ...reasonOf(error),
      attempts: this.attempts,
      firstFailedTime: this.firstFailedTime ?? now,
      lastFailedTime: now,
    });
    await storeMessage(session, `${deadStream}.${consumer}.${subject}`, this.message.data, {
      headers,
      // The place in the stream is another when the event was driven again, so that it can become a dead letter again.
      msgID: `${consumer}:${this.streamSequence}:${id}`,
    });
    logger.error(
      { err: error, consumer, event: id, subject, tenant },
      'an event could not be handled and is a dead letter',
    );
    this.answer(answers.given_up);
    released(this);
  }

  private answer(text: string): void {
    try {
      this.context.session.connection.publish(this.reply, text);
    } catch {
      // The connection is gone: the server gives the event to somebody again.
    }
  }
}

function readEnvelope(message: Msg, subject: string): events.EventEnvelope | WeftError {
  let cause: unknown;
  try {
    const event = events.EventEnvelope.decode(message.data);
    if (isEventId(event.id)) return { ...event, subject };
  } catch (error) {
    cause = error;
  }
  return new WeftError('INTERNAL', 'BAD_EVENT', `A message on '${subject}' is no event.`, { cause });
}
