import { type JetStreamPublishOptions } from '@nats-io/jetstream';

import { type Session } from './session-keeper';

/** Resolves when a stream has stored the message. When no stream takes its subject, the session ends: the next one makes the streams again. */
export async function storeMessage(
  session: Session,
  wireSubject: string,
  payload: Uint8Array,
  options: Partial<JetStreamPublishOptions>,
): Promise<void> {
  try {
    await session.client.publish(wireSubject, payload, options);
  } catch (error) {
    if (error instanceof Error && error.name === 'JetStreamNotEnabled') session.renew();
    throw error;
  }
}
