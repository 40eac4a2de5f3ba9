import { gate, readAll } from './testing/waiting';
import { UnreadRequests } from './unread-requests';

async function* numbers() {
  yield await Promise.resolve(1);
  yield 2;
}

describe('requests that may be read again', () => {
  it('are passed on', async () => {
    expect(await readAll(new UnreadRequests(numbers()).read())).toEqual([1, 2]);
  });

  it('can be given to another attempt when nobody received one, and none is lost', async () => {
    const opened = gate();
    async function* late() {
      await opened.opened;
      yield 1;
      yield 2;
    }
    const requests = new UnreadRequests(late());
    const first = readAll(requests.read());
    const unread = requests.takeBack();
    const second = readAll(requests.read());
    opened.open();
    expect([unread, await first, await second]).toEqual([true, [], [1, 2]]);
  });

  it('say when one was received', async () => {
    const requests = new UnreadRequests(numbers());
    await requests.read()[Symbol.asyncIterator]().next();
    expect(requests.takeBack()).toBe(false);
  });

  it('say when their end was received', async () => {
    const requests = new UnreadRequests((async function* () {})());
    await readAll(requests.read());
    expect(requests.takeBack()).toBe(false);
  });

  it('hand on what the source throws', async () => {
    const failing = (async function* () {
      yield await Promise.reject<number>(new Error('broken'));
    })();
    await expect(readAll(new UnreadRequests(failing).read())).rejects.toThrow('broken');
  });

  it('end their source with the call', async () => {
    const ended = gate();
    async function* source() {
      try {
        yield await Promise.resolve(1);
      } finally {
        ended.open();
      }
    }
    const requests = new UnreadRequests(source());
    await requests.read()[Symbol.asyncIterator]().next();
    requests.close();
    await expect(ended.opened).resolves.toBeUndefined();
  });
});
