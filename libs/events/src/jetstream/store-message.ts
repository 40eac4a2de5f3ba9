import { type JetStreamPublishOptions } from '@nats-io/jetstream';

import { type Session } from './session-keeper';

/** Resolves when a stream has stored the message. When no stream takes its subject, the streams are made again. */
export async function storeMessage(
  session: Session,
  wireSubject: string,
  payload: Uint8Array,
  options: Partial<JetStreamPublishOptions>,
): Promise<void> {
  try {
    await session.client.publish(wireSubject, payload, options);
  } catch (error) {
    // The client says so whenever nobody answers on a subject.
    if (error instanceof Error && error.name === 'JetStreamNotEnabled') void session.repair();
    throw error;
  }
}
