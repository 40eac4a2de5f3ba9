import { EventEmitter } from 'node:events';
import { type ServerResponse } from 'node:http';
import { SseWriter } from './sse-writer';

/** A response whose reader a test plays. */
class FakeResponse extends EventEmitter {
  readonly writes: string[] = [];
  destroyed = false;
  writableEnded = false;
  accepts = true;

  writeHead(): void {}

  write(text: string): boolean {
    this.writes.push(text);
    return this.accepts;
  }

  end(text: string): void {
    this.writes.push(text);
    this.writableEnded = true;
  }
}

function setUp() {
  const response = new FakeResponse();
  const writer = new SseWriter(response as unknown as ServerResponse);
  writer.open({});
  return { response, writer };
}

const turn = () => new Promise(setImmediate);

describe('SseWriter', () => {
  test('sends the first frame at once', () => {
    const { response, writer } = setUp();
    void writer.send('a');
    expect(response.writes).toEqual(['a']);
  });

  test('sends frames of one turn together', async () => {
    const { response, writer } = setUp();
    for (const frame of ['a', 'b', 'c', 'd']) void writer.send(frame);
    await turn();
    expect(response.writes).toEqual(['a', 'bcd']);
  });

  test('does not make a quick source wait', () => {
    const { writer } = setUp();
    expect([writer.send('a'), writer.send('b')]).toEqual([undefined, undefined]);
  });

  test('gives the event loop a turn when a source fills the buffer in one', async () => {
    const { response, writer } = setUp();
    void writer.send('a');
    let others = false;
    setImmediate(() => (others = true));
    await writer.send('x'.repeat(16 * 1024));
    expect([response.writes.length, others]).toEqual([2, true]);
  });

  test('writes nothing more while the reader lags', async () => {
    const { response, writer } = setUp();
    response.accepts = false;
    void writer.send('a');
    void writer.send('b');
    await turn();
    expect(response.writes).toEqual(['a']);
  });

  test('lets the source go on when the reader has caught up, and sends what was kept', async () => {
    const { response, writer } = setUp();
    response.accepts = false;
    void writer.send('a');
    const blocked = writer.send('b');
    response.accepts = true;
    response.emit('drain');
    await blocked;
    expect(response.writes).toEqual(['a', 'b']);
  });

  test('lets the source go on when the reader is gone', async () => {
    const { response, writer } = setUp();
    response.accepts = false;
    const blocked = writer.send('a');
    response.destroyed = true;
    response.emit('close');
    await expect(blocked).resolves.toBeUndefined();
  });

  test('leaves no listeners behind', async () => {
    const { response, writer } = setUp();
    response.accepts = false;
    const blocked = writer.send('a');
    response.accepts = true;
    response.emit('drain');
    await blocked;
    expect(response.listenerCount('drain') + response.listenerCount('close')).toBe(0);
  });

  test('ends with what was kept and the last frame', () => {
    const { response, writer } = setUp();
    void writer.send('a');
    void writer.send('b');
    writer.end('c');
    expect(response.writes).toEqual(['a', 'bc']);
  });

  test('ends nothing when the reader is gone', () => {
    const { response, writer } = setUp();
    response.destroyed = true;
    writer.end('c');
    expect(response.writes).toEqual([]);
  });
});
