import { builtInPolicy } from './policy-rows';
import { PolicyLookup } from './policy-lookup';
import { type StoredPolicy } from './policy-store';
import { createPhoneNumbers } from './screening/phone-numbers';

const numbers = createPhoneNumbers('US');

/** A store whose answers the test gives, in the order of the questions. */
class AnsweredStore {
  readonly questions: { key: string; answer(version: number | undefined): void; fail(): void }[] = [];

  find(tenantId: string, name: string): Promise<StoredPolicy | undefined> {
    return new Promise((resolve, reject) => {
      this.questions.push({
        key: `${tenantId}/${name}`,
        answer: (version) => resolve(version === undefined ? undefined : { ...builtInPolicy, name, version }),
        fail: () => reject(new Error('the database is away')),
      });
    });
  }
}

let store: AnsweredStore;
let now: number;
let lookup: PolicyLookup;

beforeEach(() => {
  store = new AnsweredStore();
  now = 1_000_000;
  lookup = new PolicyLookup(store, numbers, 5000, () => now);
});

async function versionOf(policy: Promise<{ version: number }>): Promise<number> {
  return (await policy).version;
}

describe('a policy that is looked up', () => {
  it('is found in memory the next time', async () => {
    const first = lookup.get('acme', 'p');
    store.questions[0]!.answer(4);
    await first;
    expect([await versionOf(lookup.get('acme', 'p')), store.questions.length]).toEqual([4, 1]);
  });

  it('is looked up anew when its time is up', async () => {
    const first = lookup.get('acme', 'p');
    store.questions[0]!.answer(4);
    await first;
    now += 5000;
    const second = lookup.get('acme', 'p');
    store.questions[1]!.answer(5);
    expect(await versionOf(second)).toBe(5);
  });

  it('is looked up once for all who ask at the same time', async () => {
    const asked = [lookup.get('acme', 'p'), lookup.get('acme', 'p')];
    store.questions[0]!.answer(4);
    await Promise.all(asked);
    expect(store.questions).toHaveLength(1);
  });

  it('is looked up anew after it was forgotten', async () => {
    const first = lookup.get('acme', 'p');
    store.questions[0]!.answer(4);
    await first;
    lookup.forget('acme', 'p');
    const second = lookup.get('acme', 'p');
    store.questions[1]!.answer(5);
    expect(await versionOf(second)).toBe(5);
  });

  it('is not kept as it was before a change that came while it was looked up', async () => {
    const before = lookup.get('acme', 'p');
    lookup.forget('acme', 'p');
    const after = lookup.get('acme', 'p');
    store.questions[1]!.answer(5);
    await after;
    store.questions[0]!.answer(4);
    await before;
    expect(await versionOf(lookup.get('acme', 'p'))).toBe(5);
  });

  it('is looked up anew after the database failed', async () => {
    const first = lookup.get('acme', 'p');
    store.questions[0]!.fail();
    await expect(first).rejects.toThrow('the database is away');
    const second = lookup.get('acme', 'p');
    store.questions[1]!.answer(5);
    expect(await versionOf(second)).toBe(5);
  });

  it('is another one for each tenant', () => {
    void lookup.get('acme', 'p');
    void lookup.get('other', 'p');
    expect(store.questions.map(({ key }) => key)).toEqual(['acme/p', 'other/p']);
  });

  it('is NOT_FOUND when there is none', async () => {
    const first = lookup.get('acme', 'p');
    store.questions[0]!.answer(undefined);
    await expect(first).rejects.toMatchObject({ code: 'NOT_FOUND', reason: 'POLICY_NOT_FOUND' });
  });
});
