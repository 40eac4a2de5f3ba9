import { type safety } from '@weft/contracts';
import { invalidField, notFound } from '@weft/errors';
import { openPage, type RpcContext } from '@weft/rpc';
import { type PolicyLookup } from './policy-lookup';
import { checkPolicyName, isPolicyName } from './policy-name';
import { checkPolicySpec } from './policy-spec-check';
import { type PolicyStore } from './policy-store';

/** The handlers of `weft.safety.v1.PolicyService`. */
export function createPolicyHandler({ store, lookup }: { store: PolicyStore; lookup: PolicyLookup }) {
  /**
   * Changes a policy and has it looked up anew, whatever came of the change: a lost answer may have been a
   * success.
   */
  const change = async <Result>(
    tenantId: string,
    name: string,
    work: () => Promise<Result>,
  ): Promise<Result> => {
    try {
      return await work();
    } finally {
      lookup.forget(tenantId, name);
    }
  };

  return {
    async createPolicy({ name, spec }: safety.CreatePolicyRequest, context: RpcContext) {
      const tenantId = tenantOf(context);
      checkPolicySpec(spec!);
      return { policy: await change(tenantId, name, () => store.create(tenantId, name, spec!)) };
    },

    async getPolicy(request: safety.GetPolicyRequest, context: RpcContext) {
      const name = checkPolicyName(request.name);
      const policy = await store.find(tenantOf(context), name);
      if (policy === undefined) throw notFound('policy', name);
      return { policy };
    },

    async listPolicies(request: safety.ListPoliciesRequest, context: RpcContext) {
      const tenantId = tenantOf(context);
      const page = openPage(request, { list: 'policies', tenantId });
      const policies = await store.list(tenantId, readNameKey(page.after), page.limit);
      const { items, nextPageToken } = page.close(policies, ({ name }) => [name]);
      return { policies: items, nextPageToken };
    },

    async updatePolicy({ name, spec }: safety.UpdatePolicyRequest, context: RpcContext) {
      const tenantId = tenantOf(context);
      checkPolicyName(name);
      checkPolicySpec(spec!);
      return { policy: await change(tenantId, name, () => store.update(tenantId, name, spec!)) };
    },

    async deletePolicy(request: safety.DeletePolicyRequest, context: RpcContext) {
      const tenantId = tenantOf(context);
      const name = checkPolicyName(request.name);
      await change(tenantId, name, () => store.delete(tenantId, name));
      return {};
    },
  };
}

function tenantOf(context: RpcContext): string {
  return context.caller.identity.tenantId;
}

/** The name that a page of policies begins after; empty on the first page. */
function readNameKey(after: unknown[] | undefined): string {
  if (after === undefined) return '';
  const [name] = after;
  if (!isPolicyName(name))
    throw invalidField('page_token', 'is not a token that this list returned', 'BAD_PAGE_TOKEN');
  return name;
}
