import { EventChannel } from './event-channel';

async function read<Value>(channel: EventChannel<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for await (const value of channel) values.push(value);
  return values;
}

describe('EventChannel', () => {
  it('hands values over in order', async () => {
    const channel = new EventChannel<number>(10);
    for (const value of [1, 2, 3]) await channel.push(value);
    channel.close();
    expect(await read(channel)).toEqual([1, 2, 3]);
  });

  it('makes the maker wait until a value of a full channel is read', async () => {
    const channel = new EventChannel<number>(1);
    const order: string[] = [];
    const pushed = channel.push(1).then(() => order.push('pushed'));
    await new Promise(setImmediate);
    order.push('reading');
    const reader = channel[Symbol.asyncIterator]();
    await reader.next();
    await pushed;
    expect(order).toEqual(['reading', 'pushed']);
  });

  it('gives what is there before it fails', async () => {
    const channel = new EventChannel<number>(10);
    await channel.push(1);
    channel.fail(new Error('broken'));
    const reader = channel[Symbol.asyncIterator]();
    expect(await reader.next()).toEqual({ done: false, value: 1 });
    await expect(reader.next()).rejects.toThrow('broken');
  });

  it('lets the maker go when the reader closes it', async () => {
    const channel = new EventChannel<number>(1);
    const pushed = channel.push(1);
    channel.close();
    await expect(pushed).resolves.toBeUndefined();
  });
});
