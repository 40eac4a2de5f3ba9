import { type ServiceName } from '@weft/cluster';
import { type ComposedWeft, startComposedWeft } from './composed-weft';
import { chat, eventually } from './chat-client';

/*
 * Goal: any one service may be killed. What does not need it goes on; what does is refused to be tried again, and works again without a
 * hand when the service is back.
 * Method: eleven processes; each is killed in turn, asked for a chat, and started again.
 */

let weft: ComposedWeft;

beforeAll(async () => {
  weft = await startComposedWeft();
  await chat(weft.cluster);
});
afterAll(() => weft?.stop());

async function startAgain(name: ServiceName): Promise<void> {
  const replica = weft.cluster.replica(name);
  replica.start();
  await replica.ready();
}

const bystanders: ServiceName[] = ['logging', 'cache', 'prompt', 'memory', 'embedding', 'retrieval', 'tool'];

describe.each(bystanders)('%s is killed', (name) => {
  it('goes on answering what does not need it', async () => {
    await weft.cluster.replica(name).end('SIGKILL');
    const { status } = await chat(weft.cluster);
    await startAgain(name);
    expect(status).toBe(200);
  });
});

const needed: ServiceName[] = ['safety', 'llm', 'orchestrator'];

describe.each(needed)('%s is killed', (name) => {
  it('refuses what needs it to be tried again, and answers when it is back', async () => {
    await weft.cluster.replica(name).end('SIGKILL');
    const refused = await chat(weft.cluster);
    await startAgain(name);
    const answer = await eventually(
      () => chat(weft.cluster),
      ({ status }) => status === 200,
    );
    expect([refused.status, refused.headers.get('retry-after') !== null, answer.status]).toEqual([
      503,
      true,
      200,
    ]);
  });
});

describe('the gateway is killed', () => {
  it('answers when it is back, with the keys it had', async () => {
    await weft.cluster.replica('gateway').end('SIGKILL');
    await startAgain('gateway');
    expect((await chat(weft.cluster)).status).toBe(200);
  });
});

describe('a service hangs', () => {
  it('does not hold those who do not need it, and is found again when it goes on', async () => {
    const tool = weft.cluster.replica('tool');
    tool.freeze();
    const { status } = await chat(weft.cluster);
    tool.thaw();
    expect(status).toBe(200);
  });
});
