import { methodPolicies, type MethodPolicy } from '@weft/rpc';

/** The RPCs that exist at the doors: those that their contracts declare public. */
export function publicMethods(): MethodPolicy[] {
  return [...methodPolicies().values()].filter(({ exposure }) => exposure === 'public');
}
