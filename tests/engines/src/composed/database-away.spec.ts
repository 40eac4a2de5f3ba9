import { post } from '../door';
import { type ComposedWeft, startComposedWeft } from './composed-weft';
import { chat, eventually, streamChat } from './chat-client';

/*
 * Goal: what happens while PostgreSQL is away or hangs, and that all is well again without a hand when it is back.
 * Method: eleven processes on a PostgreSQL of their own, which is stopped, killed and frozen.
 */

let weft: ComposedWeft;
const words = (count: number) => Array.from({ length: count }, (_, index) => `word${index} `);
const gateway = (path: string) => fetch(`${weft.cluster.httpUrl}/${path}`);
const isAnswered = ({ status }: { status: number }) => status === 200;

beforeAll(async () => {
  weft = await startComposedWeft({ env: { WEFT_DATABASE_STATEMENT_TIMEOUT_MS: '2000' } });
  await chat(weft.cluster);
});
afterAll(() => weft?.stop());

afterEach(async () => {
  weft.provider.reset();
  await eventually(() => gateway('readyz'), isAnswered);
  await eventually(() => chat(weft.cluster), isAnswered);
});

describe.each(['stop', 'kill'] as const)('PostgreSQL is away after a %s', (how) => {
  it('refuses calls to be tried again, keeps open streams going and lives', async () => {
    weft.provider.enqueue({ text: words(60), delayBetweenTokensMs: 50 });
    const stream = await streamChat(weft.cluster);
    await stream.until('word3 ');
    await weft.engines.postgres![how]();

    const refused = await chat(weft.cluster);
    const list = await post(weft.cluster, 'weft.prompt.v1.PromptService/ListPrompts', {});
    const live = await gateway('livez');
    const ready = await eventually(
      () => gateway('readyz'),
      ({ status }) => status === 503,
    );
    await stream.until('word40 ');
    await weft.engines.postgres!.restart();

    expect([
      [refused.status, refused.headers.get('retry-after') !== null],
      [list.status, list.headers.get('retry-after') !== null],
      live.status,
      ready.status,
      (await stream.ended).trimEnd().endsWith('data: [DONE]'),
    ]).toEqual([[503, true], [503, true], 200, 503, true]);
  });
});

describe('PostgreSQL hangs', () => {
  it('ends calls within the statement timeout, and serves again when it goes on', async () => {
    await weft.engines.postgres!.freeze();
    const hanging = await post(weft.cluster, 'weft.prompt.v1.PromptService/ListPrompts', {});
    weft.engines.postgres!.thaw();
    const answer = await eventually(
      () => post(weft.cluster, 'weft.prompt.v1.PromptService/ListPrompts', {}),
      isAnswered,
    );
    expect([[503, 504].includes(hanging.status), answer.status]).toEqual([true, 200]);
  });
});

describe('one service has no database at its start', () => {
  it('lives, is not ready, and gets ready when the database is there', async () => {
    const memory = weft.cluster.replica('memory');
    await memory.end('SIGTERM');
    await weft.engines.postgres!.stop();
    memory.start();
    const probe = (path: string) => fetch(`http://127.0.0.1:${memory.place.probePort}/${path}`);
    const live = await eventually(() => probe('livez'), isAnswered);
    const before = await probe('readyz');
    await weft.engines.postgres!.restart();
    await memory.ready();
    expect([live.status, before.status]).toEqual([200, 503]);
  });
});
