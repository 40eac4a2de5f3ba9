import { doorMethods } from '../door/door-methods';
import { type FakeDoor, sendAnswer, startFakeDoor } from '../fake-door.fixture';
import { weft } from '../weft-command.fixture';

let door: FakeDoor;

beforeEach(async () => {
  door = await startFakeDoor();
});
afterEach(() => door.close());

const run = {
  id: 'r1',
  state: 'RUN_STATE_COMPLETED',
  model: 'assistant:docs',
  assistant: 'docs',
  assistantVersion: 3,
  finishReason: 'FINISH_REASON_STOP',
  usage: { inputTokens: '120', outputTokens: '40' },
  createTime: '2026-01-01T00:00:00Z',
  endTime: '2026-01-01T00:00:00.250Z',
  timeToFirstToken: '0.120s',
  steps: [{ name: 'search', startOffset: '0.001s', duration: '0.040s', attributes: { passages: '6' } }],
  citations: [{ passage: { number: 1, title: 'Weft', uri: 'a.md', startOffset: 10, endOffset: 20 } }],
};

it('lists runs with their state, tokens and duration', async () => {
  door.on(doorMethods.listRuns, { runs: [run] });
  const { out } = await weft(['runs', 'list'], { url: door.url });
  expect(out.split('\n')[1]).toBe('r1  completed  assistant:docs  120 + 40  250 ms    2026-01-01T00:00:00Z');
});

it('asks for runs of one assistant that stand in one way', async () => {
  door.on(doorMethods.listRuns, {});
  await weft(['runs', 'list', '--assistant', 'docs', '--state', 'failed'], { url: door.url });
  expect(door.requests[0]!.body).toEqual({ assistant: 'docs', state: 'RUN_STATE_FAILED', pageSize: 20 });
});

it('refuses a state that there is not', async () => {
  expect((await weft(['runs', 'list', '--state', 'odd'], { url: door.url })).exitCode).toBe(2);
});

it('reads as many pages as the limit needs, and no more', async () => {
  door.on(doorMethods.listRuns, ({ body }, response) => {
    const runs = Array.from({ length: Number(body['pageSize']) }, (_, index) => ({ id: `r${index}` }));
    sendAnswer(response, doorMethods.listRuns, { runs, nextPageToken: 'more' });
  });
  const { out } = await weft(['runs', 'list', '--limit', '250', '--json'], { url: door.url });
  expect([out.trim().split('\n').length, door.requests.map(({ body }) => body['pageSize'])]).toEqual([
    250,
    [200, 50],
  ]);
});

it('shows a run with its steps and citations', async () => {
  door.on(doorMethods.getRun, { run });
  const { out } = await weft(['runs', 'show', 'r1'], { url: door.url });
  expect(out).toBe(`run          r1
state        completed
model        assistant:docs
assistant    docs@3
ended by     stop
tokens       120 + 40
began        2026-01-01T00:00:00Z
took         250 ms
first token  after 120 ms

STEP    BEGAN  TOOK   FACTS
search  1 ms   40 ms  passages=6

[1] Weft — a.md:10-20
`);
});

it('cancels a run and shows how it ended', async () => {
  const error = { code: 1, reason: 'RUN_CANCELLED', message: 'It was cancelled.' };
  door.on(doorMethods.cancelRun, { run: { id: 'r1', state: 'RUN_STATE_CANCELLED', error } });
  const { out } = await weft(['runs', 'cancel', 'r1'], { url: door.url });
  expect({ out, body: door.requests[0]!.body }).toEqual({
    out: 'run    r1\nstate  cancelled\nerror  RUN_CANCELLED: It was cancelled.\n',
    body: { id: 'r1' },
  });
});
