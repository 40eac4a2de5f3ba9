import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  JetStreamApiError,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

import { type JetStreamSettings } from './jetstream-options';
import { wireFilters, wireNames } from './wire-subject';

const consumerExists = 10148;

/** Creates the durable consumer of a name, or gives it the settings wanted. All replicas of a consumer share it. */
export async function ensureConsumer(
  manager: JetStreamManager,
  consumer: string,
  subjects: readonly string[],
  settings: JetStreamSettings,
): Promise<void> {
  const { stream } = wireNames(settings.namespace);
  const changeable = {
    filter_subjects: wireFilters(settings.namespace, subjects),
    ack_wait: nanos(settings.ackWaitMs),
    max_ack_pending: settings.ackPendingMax,
    // Without limit: what was delivered too often would stay stored and undelivered, and nobody would know.
    max_deliver: -1,
  };
  const wanted: Partial<ConsumerConfig> = {
    ...changeable,
    durable_name: consumer,
    ack_policy: AckPolicy.Explicit,
    // A consumer that starts after its publishers, or that was deleted, gets everything that is kept.
    deliver_policy: DeliverPolicy.All,
  };
  try {
    await manager.consumers.add(stream, wanted);
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === consumerExists)) throw error;
    await manager.consumers.update(stream, consumer, changeable);
  }
}
