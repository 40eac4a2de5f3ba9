import { type ServerResponse } from 'node:http';
import { type FakeDoor, sendJson, startFakeDoor } from '../fake-door.fixture';
import { startWeft, weft } from '../weft-command.fixture';

const path = '/v1/chat/completions';

const citation = {
  number: 1,
  document_id: 'd1',
  collection: 'docs',
  title: 'Weft',
  uri: 'docs/start.md',
  headings: ['Weft', 'Starting'],
  text: 'Type make run and wait for the ready line.',
  start_offset: 10,
  end_offset: 52,
};

let door: FakeDoor;

beforeEach(async () => {
  door = await startFakeDoor();
});
afterEach(() => door.close());

function sendChunk(response: ServerResponse, choice: object, extra: object = {}): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`data: ${JSON.stringify({ choices: [{ index: 0, ...choice }], ...extra })}\n\n`);
}

function sendText(response: ServerResponse, content: string): void {
  sendChunk(response, { delta: { content }, finish_reason: null });
}

function sendEnd(response: ServerResponse, weftPart: object = {}, finishReason = 'stop'): void {
  sendChunk(response, { delta: {}, finish_reason: finishReason }, { weft: weftPart });
  response.end('data: [DONE]\n\n');
}

it('asks the assistant docs for a stream unless it is told otherwise', async () => {
  door.on(path, (_request, response) => sendEnd(response));
  await weft(['ask', 'How?'], { url: door.url });
  expect(door.seen(path)[0]!.body).toEqual({
    model: 'assistant:docs',
    messages: [{ role: 'user', content: 'How?' }],
    stream: true,
  });
});

it('reads the question from standard input when it is -', async () => {
  door.on(path, (_request, response) => sendEnd(response));
  await weft(['ask', '-'], { url: door.url, input: 'How do I\nstart?\n' });
  expect(door.seen(path)[0]!.body).toMatchObject({
    messages: [{ role: 'user', content: 'How do I\nstart?\n' }],
  });
});

it.each([
  ['', undefined],
  ['  ', undefined],
  ['-', ''],
  ['-', ' \n'],
])('refuses the empty question %j with the input %j as a usage error', async (question, input) => {
  const { exitCode, error } = await weft(['ask', question], { url: door.url, input });
  expect([exitCode, door.requests.length]).toEqual([2, 0]);
  expect(error).toContain('The question is empty.');
});

it('names the key that was refused and where it was found', async () => {
  door.on(path, (_request, response) =>
    sendJson(response, 401, { error: { message: 'The API key is not valid.', code: 'invalid_api_key' } }),
  );
  const { exitCode, error } = await weft(['ask', 'How?'], { url: door.url, key: 'weft_0123456789abcdef' });
  expect(exitCode).toBe(1);
  expect(error).toContain('The key that was sent (weft_01…) comes from the variable WEFT_API_KEY.');
  expect(error).not.toContain('weft_0123456789abcdef');
});

it('sends the key as a bearer token', async () => {
  door.on(path, (_request, response) => sendEnd(response));
  await weft(['ask', 'How?'], { url: door.url, key: 'weft_secret' });
  expect(door.seen(path)[0]!.authorization).toBe('Bearer weft_secret');
});

it('names the assistant, the conversation', async () => {
  door.on(path, (_request, response) => sendEnd(response));
  await weft(['ask', 'How?', '--assistant', 'law@3', '--conversation', 'c1'], { url: door.url });
  expect(door.seen(path)[0]!.body).toMatchObject({
    model: 'assistant:law@3',
    weft: { conversation_id: 'c1' },
  });
});

it('names a model instead of an assistant', async () => {
  door.on(path, (_request, response) => sendEnd(response));
  await weft(['ask', 'How?', '--model', 'gpt-x'], { url: door.url });
  expect(door.seen(path)[0]!.body).toMatchObject({ model: 'gpt-x' });
});

it('refuses a model and an assistant together as wrong usage', async () => {
  const { exitCode } = await weft(['ask', 'How?', '--model', 'm', '--assistant', 'a'], { url: door.url });
  expect(exitCode).toBe(2);
});

it('prints each piece as it comes, before the answer is whole', async () => {
  const sent = Promise.withResolvers<ServerResponse>();
  door.on(path, (_request, response) => {
    sendText(response, 'Type ');
    sent.resolve(response);
  });
  const command = startWeft(['ask', 'How?'], { url: door.url });
  const response = await sent.promise;
  await command.wrote('Type ');
  sendText(response, 'make run [1].');
  sendEnd(response);
  expect(await command.end).toEqual({ exitCode: 0, out: 'Type make run [1].\n', error: '' });
});

it('lists the passages that are cited after the answer', async () => {
  door.on(path, (_request, response) => {
    sendText(response, 'Type make run [1].');
    sendEnd(response, { run_id: 'r1', citations: [citation] });
  });
  const { out } = await weft(['ask', 'How?'], { url: door.url });
  expect(out).toBe(
    'Type make run [1].\n\n[1] Weft › Starting — docs/start.md:10-52\n    “Type make run and wait for the ready line.”\n',
  );
});

it('does not pass control sequences of an answer on to the terminal', async () => {
  door.on(path, (_request, response) => {
    sendText(response, 'a\u001b]0;title\u0007b');
    sendEnd(response);
  });
  const { out } = await weft(['ask', 'How?'], { url: door.url });
  expect(out).toBe('a]0;titleb\n');
});

it('says that an answer was cut at its limit of tokens', async () => {
  door.on(path, (_request, response) => sendEnd(response, {}, 'length'));
  const { error } = await weft(['ask', 'How?'], { url: door.url });
  expect(error).toContain('limit of tokens');
});

it('fails when the stream ends without [DONE]', async () => {
  door.on(path, (_request, response) => {
    sendText(response, 'Type');
    response.end();
  });
  const { exitCode, out, error } = await weft(['ask', 'How?'], { url: door.url });
  expect({ exitCode, out, error }).toEqual({
    exitCode: 1,
    out: 'Type\n',
    error: expect.stringContaining('STREAM_CUT'),
  });
});

it('fails when the connection breaks in the middle of the stream', async () => {
  door.on(path, (_request, response) => {
    sendText(response, 'Type');
    response.write('', () => response.destroy());
  });
  const { exitCode, error } = await weft(['ask', 'How?'], { url: door.url });
  expect({ exitCode, error }).toEqual({ exitCode: 1, error: expect.stringContaining('CONNECTION_LOST') });
});

it('tells of an error event and fails, though [DONE] follows', async () => {
  door.on(path, (_request, response) => {
    sendText(response, 'Type');
    const body = {
      error: {
        message: 'The provider stalled.',
        type: 'server_error',
        param: null,
        code: 'provider_stalled',
      },
    };
    response.end(`event: error\ndata: ${JSON.stringify(body)}\n\ndata: [DONE]\n\n`);
  });
  const { exitCode, error } = await weft(['ask', 'How?'], { url: door.url });
  expect({ exitCode, error }).toEqual({
    exitCode: 1,
    error: 'weft: The provider stalled. (PROVIDER_STALLED)\n',
  });
});

it('tells of a refusal in the shape of the OpenAI API', async () => {
  const message = "There is no assistant 'docs'.";
  door.on(path, (_request, response) =>
    sendJson(response, 404, {
      error: { message, type: 'invalid_request_error', param: 'model', code: 'model_not_found' },
    }),
  );
  const { exitCode, error } = await weft(['ask', 'How?'], { url: door.url });
  expect({ exitCode, error }).toEqual({
    exitCode: 1,
    error: `weft: ${message} (MODEL_NOT_FOUND)\n  field: model\n`,
  });
});

it('closes the request on Ctrl-C', async () => {
  const closed = Promise.withResolvers<void>();
  door.on(path, (_request, response) => {
    response.on('close', () => closed.resolve());
    sendText(response, 'Type');
  });
  const command = startWeft(['ask', 'How?'], { url: door.url });
  await command.wrote('Type');
  command.signal('SIGINT');
  await closed.promise;
  expect(await command.end).toEqual({ exitCode: 130, out: 'Type\n', error: '' });
});

describe('without a stream', () => {
  const whole = {
    id: 'chatcmpl-r1',
    choices: [{ message: { role: 'assistant', content: 'Type make run [1].' }, finish_reason: 'stop' }],
    weft: { run_id: 'r1', cached: false, citations: [citation] },
  };

  it('prints the answer and its citations', async () => {
    door.on(path, whole);
    const { out } = await weft(['ask', 'How?', '--no-stream'], { url: door.url });
    expect(out).toMatch(/^Type make run \[1\]\.\n\n\[1\] Weft › Starting/);
  });

  it('does not ask for a stream', async () => {
    door.on(path, whole);
    await weft(['ask', 'How?', '--no-stream'], { url: door.url });
    expect(door.seen(path)[0]!.body).toMatchObject({ stream: false });
  });

  it('prints the answer as the door gave it with --json', async () => {
    door.on(path, whole);
    const { out } = await weft(['ask', 'How?', '--json'], { url: door.url });
    expect(JSON.parse(out)).toEqual(whole);
  });
});
