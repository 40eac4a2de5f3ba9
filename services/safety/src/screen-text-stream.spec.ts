import { safety } from '@weft/contracts';
import { screenTextStream } from './screen-text-stream';
import { type Detector } from './screening/detector';
import { type ScreeningPlan } from './screening/screening-plan';

const { Action, Direction, EntityKind } = safety;

function planWith(advance: Detector['advance']): ScreeningPlan {
  return { createDetectors: () => [{ kind: EntityKind.CARD, advance }], actionOf: () => Action.REDACT };
}

const request = (text: string) =>
  safety.StreamScreenTextRequest.fromPartial({ direction: Direction.OUTPUT, text });

describe('a stream of text', () => {
  it('reads no request before the response to the one before has been taken', async () => {
    let read = 0;
    async function* requests() {
      for (;;) {
        read++;
        yield request('text ');
      }
    }
    const plan = planWith((text) => text.length);
    const responses = screenTextStream(requests(), () => Promise.resolve({ plan, name: 'p', version: 1 }));
    await responses.next();
    await responses.next();
    expect(read).toBe(2);
    await responses.return();
  });

  it('lets go of its requests when nobody takes responses any more', async () => {
    let released = false;
    async function* requests() {
      try {
        for (;;) yield request('text ');
      } finally {
        released = true;
      }
    }
    const plan = planWith((text) => text.length);
    const responses = screenTextStream(requests(), () => Promise.resolve({ plan, name: 'p', version: 1 }));
    await responses.next();
    await responses.return();
    expect(released).toBe(true);
  });

  it('releases nothing of a piece that a detector fails at, nor anything after', async () => {
    async function* requests() {
      yield request('one ');
      yield request('two ');
      yield request('three ');
    }
    const plan = planWith((text) => {
      if (text.includes('two')) throw new Error('a defect');
      return text.length;
    });
    const released: string[] = [];
    const reading = (async () => {
      for await (const response of screenTextStream(requests(), () =>
        Promise.resolve({ plan, name: 'p', version: 1 }),
      )) {
        released.push(response.released);
      }
    })();
    await expect(reading).rejects.toThrow('a defect');
    expect(released).toEqual(['one ']);
  });
});
