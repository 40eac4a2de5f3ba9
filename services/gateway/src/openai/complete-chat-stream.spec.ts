import { orchestrator } from '@weft/contracts';
import { completeChatStream } from './complete-chat-stream';

type Event = Parameters<typeof orchestrator.StreamChatResponse.fromPartial>[0];

async function* streamOf(events: Event[]) {
  for (const event of events) yield await Promise.resolve(orchestrator.StreamChatResponse.fromPartial(event));
}

const read = (events: Event[]) => readAll(streamOf(events));

async function readAll(
  events: AsyncIterable<orchestrator.StreamChatResponse>,
): Promise<{ sequences: number[]; error?: unknown }> {
  const sequences: number[] = [];
  try {
    for await (const event of completeChatStream(events)) sequences.push(event.sequence);
    return { sequences };
  } catch (error) {
    return { sequences, error };
  }
}

const started: Event = { sequence: 1, event: { $case: 'started', value: { runId: 'r' } } };
const text: Event = { sequence: 2, event: { $case: 'text', value: { text: 'a' } } };
const completed = (sequence: number): Event => ({ sequence, event: { $case: 'completed', value: {} } });

describe('completeChatStream', () => {
  test('passes a stream on that keeps its contract', async () => {
    expect(await read([started, text, completed(3)])).toEqual({ sequences: [1, 2, 3] });
  });

  test('fails when the stream ends without a terminal event', async () => {
    expect(await read([started, text])).toMatchObject({
      sequences: [1, 2],
      error: { code: 'UNAVAILABLE', reason: 'STREAM_CUT' },
    });
  });

  test('fails when the stream is empty', async () => {
    expect(await read([])).toMatchObject({ error: { reason: 'STREAM_CUT' } });
  });

  test('fails when an event is missing', async () => {
    expect(await read([started, completed(3)])).toMatchObject({
      sequences: [1],
      error: { reason: 'STREAM_CUT' },
    });
  });

  test('fails with the error that a failed event tells of', async () => {
    const error = {
      code: 4,
      reason: 'PROVIDER_STALLED',
      message: 'It stalled.',
      retryDelay: { seconds: 2, nanos: 0 },
    };
    const failed: Event = { sequence: 2, event: { $case: 'failed', value: { error } } };
    expect(await read([started, failed])).toMatchObject({
      sequences: [1],
      error: { code: 'DEADLINE_EXCEEDED', reason: 'PROVIDER_STALLED', retryDelayMs: 2000 },
    });
  });

  test('reads nothing after the terminal event', async () => {
    expect(await read([started, completed(2), { sequence: 3 }])).toEqual({ sequences: [1, 2] });
  });

  test.each([
    ['completed', completed(2)],
    ['failed', { sequence: 2, event: { $case: 'failed' as const, value: { error: { code: 14 } } } }],
  ])('lets a stream that %s end by itself: one that is left is reset', async (_how, last) => {
    const ended = Promise.withResolvers<boolean>();
    const events = async function* () {
      let read = false;
      try {
        yield* streamOf([started, last]);
        read = true;
      } finally {
        ended.resolve(read);
      }
    };
    await readAll(events());
    expect(await ended.promise).toBe(true);
  });
});
