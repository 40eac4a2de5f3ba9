import { safety } from '@weft/contracts';
import { startTestService, type TestService } from '@weft/testing';
import { safetyService } from './service';

const { Action, EntityKind } = safety;

let service: TestService;
let tenants = 0;
let client: ReturnType<typeof clientOf>;

function clientOf(tenantId: string) {
  return service.client(safety.PolicyServiceDefinition, { tenantId });
}

function spec(description: string, rules: Partial<safety.PolicySpec> = {}): safety.PolicySpec {
  return {
    description,
    inputRules: [],
    outputRules: [{ kind: EntityKind.EMAIL, action: Action.REDACT }],
    ...rules,
  };
}

beforeAll(async () => {
  service = await startTestService(safetyService);
});

afterAll(() => service.stop());

// Each test works as a tenant of its own.
beforeEach(() => {
  client = clientOf(`tenant-${++tenants}`);
});

describe('a policy', () => {
  it('is created at version 1', async () => {
    const { policy } = await client.createPolicy({ name: 'mail', spec: spec('first') });
    expect(policy).toMatchObject({
      name: 'mail',
      version: 1,
      spec: spec('first'),
      createTime: expect.any(Date),
      updateTime: expect.any(Date),
    });
  });

  it('can be got as it was created', async () => {
    const created = await client.createPolicy({ name: 'mail', spec: spec('first') });
    expect(await client.getPolicy({ name: 'mail' })).toEqual(created);
  });

  it('grows by one version with each change', async () => {
    await client.createPolicy({ name: 'mail', spec: spec('first') });
    await client.updatePolicy({ name: 'mail', spec: spec('second') });
    const { policy } = await client.updatePolicy({ name: 'mail', spec: spec('third') });
    expect(policy).toMatchObject({ version: 3, spec: { description: 'third' } });
  });

  it('gets a version of its own from each of many changes at once', async () => {
    await client.createPolicy({ name: 'mail', spec: spec('first') });
    const changed = await Promise.all(
      Array.from({ length: 8 }, () => client.updatePolicy({ name: 'mail', spec: spec('next') })),
    );
    expect(changed.map(({ policy }) => policy!.version).sort()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('cannot be created twice', async () => {
    await client.createPolicy({ name: 'mail', spec: spec('first') });
    await expect(client.createPolicy({ name: 'mail', spec: spec('second') })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'POLICY_EXISTS',
    });
  });

  it('is gone when it is deleted', async () => {
    await client.createPolicy({ name: 'mail', spec: spec('first') });
    await client.deletePolicy({ name: 'mail' });
    await expect(client.getPolicy({ name: 'mail' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'POLICY_NOT_FOUND',
    });
  });

  it('goes on counting versions when it is created again after it was deleted', async () => {
    await client.createPolicy({ name: 'mail', spec: spec('first') });
    await client.updatePolicy({ name: 'mail', spec: spec('second') });
    await client.deletePolicy({ name: 'mail' });
    const { policy } = await client.createPolicy({ name: 'mail', spec: spec('third') });
    expect(policy!.version).toBe(3);
  });

  it('cannot be changed or deleted when there is none of that name', async () => {
    await expect(client.updatePolicy({ name: 'none', spec: spec('x') })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(client.deletePolicy({ name: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('cannot be changed after it was deleted', async () => {
    await client.createPolicy({ name: 'mail', spec: spec('first') });
    await client.deletePolicy({ name: 'mail' });
    await expect(client.updatePolicy({ name: 'mail', spec: spec('x') })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('of another tenant can neither be seen nor changed nor deleted, and does not take the name', async () => {
    await client.createPolicy({ name: 'mail', spec: spec('mine') });
    const other = clientOf('intruder');
    await expect(other.getPolicy({ name: 'mail' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(other.updatePolicy({ name: 'mail', spec: spec('theirs') })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(other.deletePolicy({ name: 'mail' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await other.createPolicy({ name: 'mail', spec: spec('theirs') })).policy!.version).toBe(1);
    expect((await client.getPolicy({ name: 'mail' })).policy!.spec!.description).toBe('mine');
  });

  it.each(['Mail', 'a b', '-x', ''])('cannot be named %j', async (name) => {
    await expect(client.createPolicy({ name, spec: spec('x') })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field: 'name' }],
    });
  });

  it('is not found by a name that the database cannot take', async () => {
    await expect(client.getPolicy({ name: 'nul\0' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('names every rule that makes no sense', async () => {
    const inputRules = [
      { kind: EntityKind.CARD, action: Action.BLOCK },
      { kind: EntityKind.CARD, action: Action.REDACT },
      { kind: 99 as safety.EntityKind, action: 77 as safety.Action },
    ];
    await expect(
      client.createPolicy({ name: 'mail', spec: spec('x', { inputRules }) }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [
        { field: 'spec.input_rules[1].kind', description: 'has a rule for CARD before this one' },
        {
          field: 'spec.input_rules[2].kind',
          description: 'must be one of EMAIL, PHONE, CARD, IBAN, IP, SECRET',
        },
        { field: 'spec.input_rules[2].action', description: 'must be one of DETECT, REDACT, BLOCK' },
      ],
    });
  });
});

describe('the policy `default`', () => {
  it('is there from the first, at version 1, and redacts secrets, cards and IBANs both ways', async () => {
    const { policy } = await client.getPolicy({ name: 'default' });
    const redacted = (rules: safety.Rule[]) =>
      rules.filter(({ action }) => action === Action.REDACT).map(({ kind }) => kind);
    const kinds = [EntityKind.SECRET, EntityKind.CARD, EntityKind.IBAN];
    expect([
      policy!.version,
      redacted(policy!.spec!.inputRules),
      redacted(policy!.spec!.outputRules),
    ]).toEqual([1, kinds, kinds]);
  });

  it('cannot be created', async () => {
    await expect(client.createPolicy({ name: 'default', spec: spec('x') })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });
  });

  it('is changed at version 2 at first', async () => {
    const { policy } = await client.updatePolicy({ name: 'default', spec: spec('ours') });
    expect(policy).toMatchObject({ version: 2, spec: spec('ours') });
  });

  it('is what it was at first when it is deleted, at the next version', async () => {
    const { policy: first } = await client.getPolicy({ name: 'default' });
    await client.updatePolicy({ name: 'default', spec: spec('ours') });
    await client.deletePolicy({ name: 'default' });
    const { policy } = await client.getPolicy({ name: 'default' });
    expect([policy!.version, policy!.spec]).toEqual([3, first!.spec]);
  });

  it('stays as it is when it is deleted again', async () => {
    await client.updatePolicy({ name: 'default', spec: spec('ours') });
    await client.deletePolicy({ name: 'default' });
    await client.deletePolicy({ name: 'default' });
    expect((await client.getPolicy({ name: 'default' })).policy!.version).toBe(3);
  });

  it('is another one for each tenant', async () => {
    await client.updatePolicy({ name: 'default', spec: spec('ours') });
    expect((await clientOf('untouched').getPolicy({ name: 'default' })).policy!.version).toBe(1);
  });
});

describe('a list of policies', () => {
  async function pages(pageSize: number): Promise<string[][]> {
    const names: string[][] = [];
    let pageToken = '';
    do {
      const page = await client.listPolicies({ pageSize, pageToken });
      names.push(page.policies.map(({ name }) => name));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return names;
  }

  it('holds `default` alone at first', async () => {
    expect(await pages(0)).toEqual([['default']]);
  });

  it.each([
    [1, [['a-b'], ['a_b'], ['default'], ['zebra']]],
    [
      2,
      [
        ['a-b', 'a_b'],
        ['default', 'zebra'],
      ],
    ],
    [3, [['a-b', 'a_b', 'default'], ['zebra']]],
    [4, [['a-b', 'a_b', 'default', 'zebra']]],
  ])('is ordered by name, with `default` at its place, in pages of %d', async (size, expected) => {
    for (const name of ['zebra', 'a_b', 'a-b', 'gone']) await client.createPolicy({ name, spec: spec(name) });
    await client.deletePolicy({ name: 'gone' });
    expect(await pages(size)).toEqual(expected);
  });

  it('holds a changed `default` once', async () => {
    await client.updatePolicy({ name: 'default', spec: spec('ours') });
    expect(await pages(0)).toEqual([['default']]);
  });

  it('refuses a token that it did not return', async () => {
    await expect(client.listPolicies({ pageSize: 0, pageToken: 'bm9uZQ' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field: 'page_token' }],
    });
  });

  it('refuses a token of another tenant', async () => {
    for (const name of ['a', 'b']) await client.createPolicy({ name, spec: spec(name) });
    const { nextPageToken } = await client.listPolicies({ pageSize: 1, pageToken: '' });
    await expect(
      clientOf('other').listPolicies({ pageSize: 1, pageToken: nextPageToken }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
