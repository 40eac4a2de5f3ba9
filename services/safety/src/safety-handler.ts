import { safety } from '@weft/contracts';
import { invalidField } from '@weft/errors';
import { type RpcContext } from '@weft/rpc';
import { defaultPolicyName } from './default-policy';
import { type PolicyLookup, type ReadyPolicy } from './policy-lookup';
import { checkPolicyName } from './policy-name';
import { screenTextStream } from './screen-text-stream';
import { screenTexts } from './screen-texts';
import { type ScreeningPlan } from './screening/screening-plan';

/** The handlers of `weft.safety.v1.SafetyService`. */
export function createSafetyHandler({ lookup }: { lookup: PolicyLookup }) {
  const find = (name: string, context: RpcContext): Promise<ReadyPolicy> =>
    lookup.get(context.caller.identity.tenantId, name === '' ? defaultPolicyName : checkPolicyName(name));

  return {
    async screenText(request: safety.ScreenTextRequest, context: RpcContext) {
      const choose = planChooser(request.direction);
      const policy = await find(request.policy, context);
      const screened = await screenTexts(request.texts, choose(policy), context.signal);
      return { ...screened, policy: policy.name, policyVersion: policy.version };
    },

    streamScreenText(requests: AsyncIterable<safety.StreamScreenTextRequest>, context: RpcContext) {
      return screenTextStream(requests, async (first) => {
        const choose = planChooser(first.direction);
        const policy = await find(first.policy, context);
        return { plan: choose(policy), name: policy.name, version: policy.version };
      });
    },
  };
}

/** Chooses a policy's plan by direction; throws INVALID_ARGUMENT for a direction nobody knows. */
function planChooser(direction: safety.Direction): (policy: ReadyPolicy) => ScreeningPlan {
  if (direction === safety.Direction.INPUT) return ({ input }) => input;
  if (direction === safety.Direction.OUTPUT) return ({ output }) => output;
  throw invalidField('direction', 'must be INPUT or OUTPUT');
}
