import { notFound } from '@weft/errors';
import { type PolicyStore, type StoredPolicy } from './policy-store';
import { createScreeningPlan, type ScreeningPlan } from './screening/screening-plan';
import { type PhoneNumbers } from './screening/phone-numbers';

/** A policy that is ready to screen with. */
export interface ReadyPolicy {
  name: string;
  version: number;
  input: ScreeningPlan;
  output: ScreeningPlan;
}

interface Entry {
  loading: Promise<ReadyPolicy | undefined>;
  /** When it is looked up again, in Unix milliseconds; not before it has been loaded. */
  expires: number;
}

/**
 * How many policies stay in memory; a caller who asks for many names pushes out those asked for longest ago.
 */
const entriesMax = 10_000;

/**
 * Finds policies in memory, so that screening does not wait for the database. A change made in this process
 * is seen at once, one made in another when the time is up. Those who ask for the same policy at the same
 * time share one query.
 */
export class PolicyLookup {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly store: Pick<PolicyStore, 'find'>,
    private readonly numbers: PhoneNumbers,
    private readonly timeToLiveMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Throws NOT_FOUND if there is none of that name. */
  async get(tenantId: string, name: string): Promise<ReadyPolicy> {
    const key = keyOf(tenantId, name);
    const known = this.entries.get(key);
    const entry = known !== undefined && known.expires > this.now() ? known : this.load(key, tenantId, name);
    const policy = await entry.loading;
    if (policy === undefined) throw notFound('policy', name);
    return policy;
  }

  /**
   * Forgets a policy that has been changed, also when it is just being looked up: that may have read what was
   * before.
   */
  forget(tenantId: string, name: string): void {
    this.entries.delete(keyOf(tenantId, name));
  }

  private load(key: string, tenantId: string, name: string): Entry {
    const entry: Entry = { loading: this.find(tenantId, name), expires: Infinity };
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > entriesMax) this.entries.delete(this.entries.keys().next().value!);
    entry.loading.then(
      () => (entry.expires = this.now() + this.timeToLiveMs),
      () => this.entries.get(key) === entry && this.entries.delete(key),
    );
    return entry;
  }

  private async find(tenantId: string, name: string): Promise<ReadyPolicy | undefined> {
    const policy = await this.store.find(tenantId, name);
    return policy === undefined ? undefined : this.ready(policy);
  }

  private ready({ name, version, spec }: StoredPolicy): ReadyPolicy {
    return {
      name,
      version,
      input: createScreeningPlan(spec.inputRules, this.numbers),
      output: createScreeningPlan(spec.outputRules, this.numbers),
    };
  }
}

function keyOf(tenantId: string, name: string): string {
  return JSON.stringify([tenantId, name]);
}
