import { silentLogger } from '@weft/runtime';
import { ExpiredEntrySweeper } from './expired-entry-sweeper';

const never = 86_400_000;

describe('ExpiredEntrySweeper', () => {
  it('removes batch after batch until a batch is not full', async () => {
    const removeExpired = jest
      .fn()
      .mockResolvedValueOnce(500)
      .mockResolvedValueOnce(500)
      .mockResolvedValueOnce(7);
    await new ExpiredEntrySweeper({ removeExpired }, silentLogger, never).sweep();
    expect(removeExpired).toHaveBeenCalledTimes(3);
  });

  it('survives a failure and logs it', async () => {
    const warn = jest.fn();
    const removeExpired = jest.fn().mockRejectedValue(new Error('lost'));
    await new ExpiredEntrySweeper({ removeExpired }, { ...silentLogger, warn }, never).sweep();
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('stops between two batches', async () => {
    const sweeper = new ExpiredEntrySweeper({ removeExpired: () => removeExpired() }, silentLogger, never);
    const removeExpired = jest.fn(async () => {
      void sweeper.stop();
      return 500;
    });
    await sweeper.sweep();
    expect(removeExpired).toHaveBeenCalledTimes(1);
  });

  it('waits for the batch in hand when it stops', async () => {
    const events: string[] = [];
    let finish!: (removed: number) => void;
    let begin!: () => void;
    const began = new Promise<void>((resolve) => (begin = resolve));
    const removeExpired = () => {
      begin();
      return new Promise<number>((resolve) => (finish = resolve));
    };
    const sweeper = new ExpiredEntrySweeper({ removeExpired }, silentLogger, 1);
    sweeper.start();
    await began;
    const stopped = sweeper.stop().then(() => events.push('stopped'));
    await new Promise((resolve) => setImmediate(resolve));
    events.push('finishing');
    finish(0);
    await stopped;
    expect(events).toEqual(['finishing', 'stopped']);
  });
});
