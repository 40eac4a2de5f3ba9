import { orchestrator } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';
import { authenticateInternal, connectGrpc, serve, type TransportSecurity } from './index';
import { testCaller, testTokens } from './testing/both-transports';
import { openTestAuthority, type TestAuthority } from './testing/certificates';
import { chatEvent, chatRequest, chatService } from './testing/test-services';
import { gate, readAll } from './testing/waiting';

/** Node by itself ends a connection after 1,000 calls that were given up, and 33 for each second. */
const leaversCount = 2_500;
const leaversAtOnce = 50;

const closing: { close(): unknown }[] = [];
let authority: TestAuthority;

beforeAll(async () => (authority = await openTestAuthority()));
afterAll(() => authority.close());
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

/** Streams end when `finish` is called; `allLeft` resolves when the readers of so many did not wait for that. */
async function openChats(server: TransportSecurity, client: TransportSecurity) {
  const finish = gate();
  const allLeft = gate();
  let left = 0;
  const running = await serve({
    services: [
      chatService(async function* (_request, { signal }) {
        signal.addEventListener('abort', () => {
          if ((left += 1) === leaversCount) allLeft.open();
        });
        yield chatEvent(1);
        await finish.opened;
        yield chatEvent(2);
      }),
    ],
    address: '127.0.0.1:0',
    security: server,
    authenticate: authenticateInternal(testTokens),
    logger: silentLogger,
  });
  const transport = connectGrpc({
    target: `127.0.0.1:${running.port}`,
    security: client,
    serverName: 'orchestrator',
    tokens: testTokens,
  });
  closing.push({ close: () => running.stop() }, transport);
  return {
    finish: finish.open,
    allLeft: allLeft.opened,
    chats: transport.client(orchestrator.ChatServiceDefinition),
  };
}

const securities: [string, () => Promise<[TransportSecurity, TransportSecurity]>][] = [
  ['plain', () => Promise.resolve([{ kind: 'insecure' }, { kind: 'insecure' }])],
  ['TLS', async () => [await authority.securityOf('orchestrator'), await authority.securityOf('gateway')]],
];

it.each(securities)(
  'readers who leave do not end the streams of others, over %s',
  async (_name, security) => {
    const { chats, finish, allLeft } = await openChats(...(await security()));
    const reader = chats
      .streamChat(chatRequest, { caller: testCaller({ deadline: Date.now() + 60_000 }) })
      [Symbol.asyncIterator]();
    await reader.next();
    for (let count = 0; count < leaversCount; count += leaversAtOnce)
      await Promise.all(Array.from({ length: leaversAtOnce }, () => leaveAfterFirst(chats)));
    await allLeft;
    finish();
    const rest = await readAll({ [Symbol.asyncIterator]: () => reader });
    expect(rest.map(({ sequence }) => sequence)).toEqual([2]);
  },
);

async function leaveAfterFirst(chats: Awaited<ReturnType<typeof openChats>>['chats']): Promise<void> {
  for await (const _event of chats.streamChat(chatRequest, { caller: testCaller() })) return;
}
