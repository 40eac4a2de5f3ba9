import { eventBusContract } from '@weft/events';

import { newNamespace, useEventTestServer } from './event-bus.fixture';

const server = useEventTestServer();

eventBusContract('the JetStream bus', () => server.makeBus({ namespace: newNamespace() }));
