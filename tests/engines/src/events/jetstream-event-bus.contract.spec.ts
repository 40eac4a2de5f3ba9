import { createJetStreamEventBus, eventBusContract } from '@weft/events';
import { newId, silentLogger } from '@weft/runtime';

eventBusContract('the JetStream bus', () =>
  createJetStreamEventBus({
    natsUrl: process.env.WEFT_NATS_URL!,
    logger: silentLogger,
    namespace: `contract-${newId()}`,
    retryDelayMs: 1,
  }),
);
