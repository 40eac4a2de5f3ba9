import { type Msg, type NatsConnection } from '@nats-io/transport-node';

import { MessagePull } from './message-pull';

jest.useFakeTimers();

/** A pull over a connection that does nothing by itself. */
function makePull() {
  const requests: number[] = [];
  const closed = Promise.withResolvers<void>();
  const seen = { messages: 0, done: 0, failures: [] as string[] };
  let inbox = '';
  let receive: (error: Error | null, message: Msg) => void = () => undefined;
  const connection = {
    subscribe(subject: string, options: { callback: typeof receive }) {
      inbox = subject;
      receive = options.callback;
      return { drain: () => new Promise(() => undefined) };
    },
    publish: (_: string, body: string) => void requests.push((JSON.parse(body) as { batch: number }).batch),
    closed: () => closed.promise,
  } as unknown as NatsConnection;
  const pull = new MessagePull(connection, {
    stream: 'weft',
    consumer: 'reader',
    heartbeatMs: 1000,
    onMessage: () => (seen.messages += 1),
    onDone: () => (seen.done += 1),
    onFailure: ({ message }) => seen.failures.push(message),
  });
  const tell = (code: number, description: string) => {
    const status = { code, description };
    receive(null, { subject: inbox, headers: status } as unknown as Msg);
  };
  const deliver = () => receive(null, { subject: 'weft.a.b' } as Msg);
  return { pull, requests, seen, tell, deliver, close: () => closed.resolve() };
}

describe('MessagePull', () => {
  it('asks again only when what it asked for has come', () => {
    const { pull, requests, deliver } = makePull();
    pull.request(2);
    pull.request(5);
    deliver();
    pull.request(5);
    deliver();
    pull.request(5);
    expect(requests).toEqual([2, 5]);
  });

  it.each([404, 408])('is done when the server ends the request with %i', (code) => {
    const { pull, requests, seen, tell } = makePull();
    pull.request(2);
    tell(code, 'Request Timeout');
    pull.request(3);
    expect([seen.done, seen.failures, requests]).toEqual([1, [], [2, 3]]);
  });

  it.each([
    [409, 'Consumer Deleted'],
    [409, 'Leadership Change'],
    [503, ''],
    [400, 'Bad Request'],
  ])('fails once, and asks no more, on %i %s', (code, description) => {
    const { pull, requests, seen, tell } = makePull();
    pull.request(2);
    tell(code, description);
    tell(code, description);
    pull.request(3);
    expect([seen.failures.length, requests]).toEqual([1, [2]]);
  });

  it('fails when the heartbeats of a request are missing', () => {
    const { pull, seen } = makePull();
    pull.request(2);
    jest.advanceTimersByTime(4000);
    expect(seen.failures).toEqual([expect.stringContaining('heartbeats are missing')]);
  });

  it('does not fail while heartbeats come, nor while nothing was asked for', () => {
    const { pull, seen, tell, deliver } = makePull();
    jest.advanceTimersByTime(10_000);
    pull.request(1);
    for (let second = 0; second < 10; second++) {
      jest.advanceTimersByTime(1000);
      tell(100, 'Idle Heartbeat');
    }
    deliver();
    jest.advanceTimersByTime(10_000);
    expect(seen.failures).toEqual([]);
  });

  it('hands over what comes while it stops', async () => {
    const { pull, seen, deliver, close } = makePull();
    pull.request(2);
    const stopped = pull.stop();
    deliver();
    close();
    await stopped;
    expect(seen.messages).toBe(1);
  });

  it('stops when the connection is lost before the server has said that it is drained', async () => {
    const { pull, close } = makePull();
    const stopped = pull.stop();
    close();
    await expect(stopped).resolves.toBeUndefined();
  });
});
