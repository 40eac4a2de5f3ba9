import { request } from 'undici';
import { type OtlpReceiver, startReceiver } from './otlp-receiver';

let receiver: OtlpReceiver;
beforeEach(async () => (receiver = await startReceiver()));
afterEach(() => receiver.close());

const send = async (path: string, body: string) => {
  const answer = await request(`${receiver.origin}${path}`, { method: 'POST', body });
  await answer.body.dump();
  return answer.statusCode;
};

it('counts chats among spans, the duration among metrics, and requests of each kind', async () => {
  const edge = 'POST /v1/chat/completions';
  const codes = [
    await send('/v1/traces', `${edge}\0${edge}\0POST /v1/embeddings`),
    await send('/v1/traces', edge),
    await send('/v1/metrics', 'http.server.request.duration'),
    await send('/v1/logs', edge),
    await send('/v1/others', edge),
  ];
  const { body } = await request(`${receiver.origin}/received`);
  expect([codes, await body.json()]).toEqual([
    [200, 200, 200, 200, 200],
    {
      requests: { traces: 2, metrics: 1, logs: 1 },
      edgeSpans: 3,
      durationMetrics: 1,
      bytes: 2 * edge.length + 2 + 'POST /v1/embeddings'.length + edge.length + 28 + edge.length,
    },
  ]);
});
