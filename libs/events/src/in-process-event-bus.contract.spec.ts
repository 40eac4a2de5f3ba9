import { silentLogger } from '@weft/runtime';

import { eventBusContract } from './event-bus-contract';
import { createInProcessEventBus } from './in-process-event-bus';

eventBusContract('the in-process bus', async () =>
  createInProcessEventBus({ logger: silentLogger, retryDelayMs: 1 }),
);
