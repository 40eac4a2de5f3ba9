import { silentLogger } from '@weft/runtime';

import { createJetStreamEventBus } from './jetstream-event-bus';
import { type JetStreamEventBusOptions } from './jetstream-options';
import { greetingOf, type ScriptedServer, startScriptedServer } from './scripted-server.fixture';

let server: ScriptedServer;

beforeEach(async () => {
  server = await startScriptedServer(greetingOf('2.10.0'));
});

afterEach(() => server.close());

function makeBus(options: Partial<JetStreamEventBusOptions> = {}) {
  return createJetStreamEventBus({
    natsUrl: server.url,
    logger: silentLogger,
    connectWaitMs: 100,
    ...options,
  });
}

const event = {
  id: 'event-1',
  subject: 'weft.prompt.created.v1',
  tenantId: 'acme',
  eventTime: new Date(),
  payload: Buffer.alloc(0),
};
const subscription = { consumer: 'reader', subjects: ['weft.>'], handle: async () => undefined };

describe('the JetStream bus, without JetStream', () => {
  it('says by the rejection of publish that the server is too old', async () => {
    const bus = await makeBus();
    const outcome = await bus.publish([event]).catch((error: unknown) => error);
    await bus.close();
    expect(outcome).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'EVENT_SERVER_TOO_OLD' });
  });

  it('closes while it tries to connect to a server that is silent', async () => {
    const silent = await startScriptedServer();
    const bus = await makeBus({ natsUrl: silent.url, connectWaitMs: 1 });
    await bus.close();
    await silent.close();
    expect(bus.ready()).toBe(false);
  });

  it.each([
    ['a URL that is none', { natsUrl: 'localhost' }],
    ['a namespace that is none', { namespace: 'a.b' }],
  ])('is not made for %s', async (_, options) => {
    await expect(makeBus(options)).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('refuses a second consumer of the same name, and not of a name that is free again', async () => {
    const bus = await makeBus();
    const first = await bus.subscribe(subscription);
    const taken = await bus.subscribe(subscription).catch((error: unknown) => error);
    await first.close();
    const free = await bus.subscribe(subscription).then(() => 'free');
    await bus.close();
    expect([taken, free]).toMatchObject([{ code: 'ALREADY_EXISTS', reason: 'CONSUMER_EXISTS' }, 'free']);
  });

  it.each([
    ['a name that is none', { consumer: 'a.b' }],
    ['a pattern that is none', { subjects: ['weft..a'] }],
  ])('refuses a consumer with %s', async (_, wrong) => {
    const bus = await makeBus();
    const outcome = await bus.subscribe({ ...subscription, ...wrong }).catch((error: unknown) => error);
    await bus.close();
    expect(outcome).toMatchObject({ code: 'INTERNAL' });
  });

  it('refuses consumers once it is closed', async () => {
    const bus = await makeBus();
    await bus.close();
    await expect(bus.subscribe(subscription)).rejects.toMatchObject({ reason: 'EVENT_BUS_CLOSED' });
  });
});
