import { eventBusContract } from '@weft/events';

import { type EventTestServer, newNamespace, startEventTestServer } from './event-bus.fixture';

let server: EventTestServer;

beforeAll(async () => {
  server = await startEventTestServer();
});

afterAll(() => server.stop());

eventBusContract('the JetStream bus', () => server.makeBus({ namespace: newNamespace() }));
