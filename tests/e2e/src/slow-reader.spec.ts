import { request, type IncomingMessage } from 'node:http';
import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import { eventually } from './door';
import { adminKey, startWeft, type WeftProcess } from './weft-process';

let provider: FakeProvider;
let weft: WeftProcess;

beforeAll(async () => {
  provider = await startFakeProvider();
  weft = await startWeft({ OPENAI_BASE_URL: provider.baseUrl });
});

afterAll(async () => {
  await weft?.stop();
  await provider?.close();
});

/** Asks for a stream and does not read it. */
function openStream(): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = request(`${weft.httpUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    });
    asking.on('response', (response) => resolve(response.pause()));
    asking.on('error', reject);
    asking.end(
      JSON.stringify({ model: 'fake-model', stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
    );
  });
}

const word = `${'x'.repeat(999)} `;
const words = 40_000;

it('pauses the provider while a reader does not read, and loses nothing when it reads again', async () => {
  provider.enqueue({ text: word, repeat: words });
  const response = await openStream();
  const seen = provider.requests.find(({ path }) => path === '/v1/chat/completions');
  await eventually(() => Promise.resolve(seen!.paused || undefined));
  const sentWhilePaused = seen!.tokensSent;

  let characters = 0;
  let rest = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith('data: {')) continue;
      characters += JSON.parse(line.slice(6)).choices[0]?.delta.content?.length ?? 0;
    }
  }
  expect([sentWhilePaused < words, characters]).toEqual([true, word.length * words]);
});
