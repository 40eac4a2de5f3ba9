import fc from 'fast-check';
import { type GenerationEvent } from '../language-model-provider';
import { collect, textOf } from '../requests.fixture';
import { DeltaQueue } from './delta-queue';

const text = (value: string): GenerationEvent => ({ kind: 'text', text: value });
const call = (index: number, argumentsJson: string, id = ''): GenerationEvent => ({
  kind: 'tool-call',
  index,
  id,
  name: id === '' ? '' : 'f',
  argumentsJson,
});

function openQueue() {
  const source = { pause: jest.fn(), resume: jest.fn(), abort: jest.fn() };
  return { source, queue: new DeltaQueue(source) };
}

describe('DeltaQueue', () => {
  it('gives the first text to a reader that waits at once', async () => {
    const { queue } = openQueue();
    const next = queue.next();
    queue.push(text('a'));
    queue.push(text('b'));
    expect((await next).value).toEqual(text('a'));
  });

  it('joins text that arrives while the reader is busy', async () => {
    const { queue } = openQueue();
    queue.push(text('a'));
    queue.push(text('b'));
    expect((await queue.next()).value).toEqual(text('ab'));
  });

  it('joins pieces of one tool call and keeps calls apart', async () => {
    const { queue } = openQueue();
    for (const event of [call(0, '', 'c0'), call(0, '{'), call(0, '}'), call(1, '', 'c1'), call(1, '{}')])
      queue.push(event);
    queue.end();
    expect((await collect(queue)).events).toEqual([call(0, '{}', 'c0'), call(1, '{}', 'c1')]);
  });

  it('keeps text and tool calls in their order', async () => {
    const { queue } = openQueue();
    for (const event of [text('a'), call(0, '{}', 'c0'), text('b')]) queue.push(event);
    queue.end();
    expect((await collect(queue)).events.map(({ kind }) => kind)).toEqual(['text', 'tool-call', 'text']);
  });

  it('gives what waits before the error', async () => {
    const { queue } = openQueue();
    queue.push(text('a'));
    queue.end(new Error('broken'));
    expect(await collect(queue)).toEqual({ events: [text('a')], error: new Error('broken') });
  });

  it('throws the error to a reader that waits', async () => {
    const { queue } = openQueue();
    const next = queue.next();
    queue.end(new Error('broken'));
    await expect(next).rejects.toThrow('broken');
  });

  it('is over after the error', async () => {
    const { queue } = openQueue();
    queue.end(new Error('broken'));
    await queue.next().catch(() => undefined);
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });

  it('takes nothing after its end', async () => {
    const { queue } = openQueue();
    queue.end();
    queue.push(text('late'));
    expect((await collect(queue)).events).toEqual([]);
  });

  it('pauses the source when more than 64 Ki wait', () => {
    const { queue, source } = openQueue();
    queue.push(text('x'.repeat(64 * 1024)));
    const before = source.pause.mock.calls.length;
    queue.push(text('x'));
    expect([before, source.pause.mock.calls.length]).toEqual([0, 1]);
  });

  it('counts the arguments of tool calls as text that waits', () => {
    const { queue, source } = openQueue();
    queue.push(call(0, 'x'.repeat(65 * 1024), 'c0'));
    expect(source.pause).toHaveBeenCalledTimes(1);
  });

  it('lets the source go on when the reader has taken it', async () => {
    const { queue, source } = openQueue();
    queue.push(text('x'.repeat(65 * 1024)));
    await queue.next();
    expect(source.resume).toHaveBeenCalledTimes(1);
  });

  it('does not pause for a reader that keeps up', async () => {
    const { queue, source } = openQueue();
    for (let round = 0; round < 10; round += 1) {
      queue.push(text('x'.repeat(32 * 1024)));
      await queue.next();
    }
    expect(source.pause).not.toHaveBeenCalled();
  });

  it('aborts the source when the reader leaves', async () => {
    const { queue, source } = openQueue();
    queue.push(text('a'));
    for await (const _ of queue) break;
    expect(source.abort).toHaveBeenCalledTimes(1);
  });

  it('does not abort the source when the reader has had everything', async () => {
    const { queue, source } = openQueue();
    queue.push(text('a'));
    queue.end();
    await collect(queue);
    await queue.return();
    expect(source.abort).not.toHaveBeenCalled();
  });

  it('keeps half of a surrogate pair until the other half comes', async () => {
    const { queue } = openQueue();
    queue.push(text('a\ud83d'));
    const first = await queue.next();
    const second = queue.next();
    queue.push(text('\ude00b'));
    expect([first.value, (await second).value]).toEqual([text('a'), text('😀b')]);
  });

  it('gives a half that stays alone as the replacement character', async () => {
    const { queue } = openQueue();
    queue.push(text('a\ud83d'));
    queue.end();
    expect(textOf((await collect(queue)).events)).toBe('a\ufffd');
  });

  it('delivers the same text whatever the cuts and the pace of the reader, and never half a pair', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 4 })),
        fc.infiniteStream(fc.boolean()),
        async (whole, cuts, paces) => {
          const { queue } = openQueue();
          const received: string[] = [];
          const take = async () => {
            const { value } = await queue.next();
            if (value?.kind === 'text') received.push(value.text);
          };
          let pending = Promise.resolve();
          for (let start = 0; start < whole.length;) {
            const end = start + cuts.next().value!;
            queue.push(text(whole.slice(start, end)));
            if (paces.next().value) pending = pending.then(take);
            await Promise.resolve();
            start = end;
          }
          queue.end();
          await pending;
          received.push(textOf((await collect(queue)).events));
          expect([received.join(''), received.every((delta) => delta.isWellFormed())]).toEqual([
            whole.toWellFormed(),
            true,
          ]);
        },
      ),
    );
  });
});
