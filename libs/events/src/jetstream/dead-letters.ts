import { jetstream, type JetStreamManager, jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import { type NatsConnection } from '@nats-io/transport-node';
import { events } from '@weft/contracts';
import { notFound } from '@weft/errors';

import { type DeadLetterCause, readDeadLetterHeaders } from './dead-letter-headers';
import { type NatsServerOptions } from './jetstream-options';
import { openConnection } from './open-connection';
import { parseNatsUrl } from './server-address';
import { toWire, wireNames } from './wire-subject';

/** An event that a consumer could not handle, and why. */
export interface DeadLetter extends DeadLetterCause {
  /** Its place among the dead letters: what `redriveDeadLetter` names it by. */
  sequence: number;
  /** `weft.<domain>.<event>.v1` */
  subject: string;
  /** Undefined when the message was no event. */
  event: events.EventEnvelope | undefined;
}

interface NamespaceOptions extends NatsServerOptions {
  /** `weft` by default. */
  namespace?: string;
}

export interface ReadDeadLettersOptions extends NamespaceOptions {
  /** Only those of one consumer. */
  consumer?: string;
  /** Only those after this one: the last sequence that was read before. */
  afterSequence?: number;
  /** The most that are read: 100 by default. */
  limit?: number;
}

/** Reads the dead letters of a namespace, the oldest first. Rejects when the server cannot be reached. */
export async function readDeadLetters(options: ReadDeadLettersOptions): Promise<DeadLetter[]> {
  const { namespace = 'weft', consumer = '*', afterSequence = 0, limit = 100 } = options;
  const { deadStream } = wireNames(namespace);
  return withConnection(options, async (connection) => {
    const manager = await jetstreamManager(connection);
    if (!(await isThere(manager, deadStream))) return [];
    const found: DeadLetter[] = [];
    let next = afterSequence + 1;
    while (found.length < limit) {
      const stored = await manager.direct.getMessage(deadStream, {
        seq: next,
        next_by_subj: `${deadStream}.${consumer}.>`,
      });
      if (!stored) break;
      found.push(readDeadLetter(stored));
      next = stored.seq + 1;
    }
    return found;
  });
}

/**
 * Publishes the event of a dead letter again, under its own id, and removes the dead letter. All consumers of its subject get it again; those
 * that handled it know it by its id. Rejects with NOT_FOUND when there is no such dead letter. Done twice, it publishes once.
 */
export async function redriveDeadLetter(options: NamespaceOptions & { sequence: number }): Promise<void> {
  const { namespace = 'weft', sequence } = options;
  const { deadStream } = wireNames(namespace);
  await withConnection(options, async (connection) => {
    const manager = await jetstreamManager(connection);
    const stored = (await isThere(manager, deadStream))
      ? await manager.streams.getMessage(deadStream, { seq: sequence })
      : undefined;
    if (!stored) throw notFound('dead letter', `${sequence}`);
    await jetstream(connection).publish(toWire(namespace, subjectOf(stored)), stored.data, {
      // Not the event's own id: for two minutes the server takes that for what it has already.
      msgID: `redrive:${sequence}:${stored.time.getTime()}`,
    });
    await manager.streams.deleteMessage(deadStream, sequence);
  });
}

async function isThere(manager: JetStreamManager, stream: string): Promise<boolean> {
  try {
    await manager.streams.info(stream);
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'StreamNotFoundError') return false;
    throw error;
  }
}

function readDeadLetter(stored: StoredMsg): DeadLetter {
  return {
    ...readDeadLetterHeaders(stored.header),
    sequence: stored.seq,
    subject: subjectOf(stored),
    event: decode(stored.data),
  };
}

/** `<namespace>_dead.<consumer>.<subject>` */
function subjectOf({ subject }: StoredMsg): string {
  return subject.split('.').slice(2).join('.');
}

function decode(data: Uint8Array): events.EventEnvelope | undefined {
  try {
    return events.EventEnvelope.decode(data);
  } catch {
    return undefined;
  }
}

async function withConnection<T>(
  options: NatsServerOptions,
  use: (connection: NatsConnection) => Promise<T>,
): Promise<T> {
  const connection = await openAny(options);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

async function openAny(options: NatsServerOptions): Promise<NatsConnection> {
  const failures: unknown[] = [];
  for (const address of parseNatsUrl(options.natsUrl)) {
    try {
      return await openConnection(address, options);
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures.at(-1);
}
