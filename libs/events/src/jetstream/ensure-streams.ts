import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos, type WithRequired } from '@nats-io/transport-node';

import { deadLetterMaxAgeMs, type JetStreamSettings } from './jetstream-options';
import { wireNames } from './wire-subject';

type Wanted = WithRequired<Partial<StreamConfig>, 'name'>;

const nameInUseWithOtherConfig = 10058;

/** Creates the streams of a namespace, or gives them the settings wanted. Any number of processes may do so at once. */
export async function ensureStreams(manager: JetStreamManager, settings: JetStreamSettings): Promise<void> {
  const { stream, deadStream } = wireNames(settings.namespace);
  const shared = {
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    allow_direct: true,
    ...(settings.replicas !== undefined && { num_replicas: settings.replicas }),
  };
  await ensureStream(manager, {
    ...shared,
    name: stream,
    subjects: [`${stream}.>`],
    max_age: nanos(settings.maxAgeMs),
    ...(settings.maxBytes !== undefined && { max_bytes: settings.maxBytes }),
    // A full stream refuses, and events wait in the outbox: nothing that was not consumed is thrown away for it.
    discard: DiscardPolicy.New,
    duplicate_window: nanos(Math.min(settings.duplicateWindowMs, settings.maxAgeMs)),
  });
  await ensureStream(manager, {
    ...shared,
    name: deadStream,
    subjects: [`${deadStream}.>`],
    max_age: nanos(deadLetterMaxAgeMs),
    discard: DiscardPolicy.New,
  });
}

async function ensureStream(manager: JetStreamManager, wanted: Wanted): Promise<void> {
  try {
    await manager.streams.add(wanted);
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === nameInUseWithOtherConfig)) throw error;
    // What an operator set beyond our settings stays.
    await manager.streams.update(wanted.name, wanted);
  }
}
