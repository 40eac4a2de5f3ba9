import { createReadiness } from './readiness';

describe('readiness', () => {
  test('is ready when every check passes', async () => {
    const readiness = createReadiness();
    readiness.add('a', () => Promise.resolve());
    expect(await readiness.problems()).toEqual([]);
  });

  test('names what is not ready', async () => {
    const readiness = createReadiness();
    readiness.add('database', () => Promise.reject(new Error('down')));
    readiness.add('fine', () => Promise.resolve());
    expect(await readiness.problems()).toEqual(['database']);
  });

  test('does not ask again within a second', async () => {
    let asked = 0;
    const readiness = createReadiness({ now: () => 5000 });
    readiness.add('a', () => Promise.resolve(void (asked += 1)));
    await readiness.problems();
    await readiness.problems();
    expect(asked).toBe(1);
  });

  test('asks again after a second', async () => {
    let now = 5000;
    let down = true;
    const readiness = createReadiness({ now: () => now });
    readiness.add('a', () => (down ? Promise.reject(new Error('down')) : Promise.resolve()));
    await readiness.problems();
    down = false;
    now += 1000;
    expect(await readiness.problems()).toEqual([]);
  });

  test('is not ready from the moment it is closed', async () => {
    const readiness = createReadiness();
    await readiness.problems();
    readiness.close();
    expect(await readiness.problems()).toEqual(['draining']);
  });
});
