import { safety } from '@weft/contracts';
import { builtInSpec, builtInVersion, defaultPolicyName } from './default-policy';
import { type StoredPolicy } from './policy-store';

/** A row of `policies`. */
export interface PolicyRow {
  name: string;
  version: number;
  /** Null for `default` when it is what it is built in as. */
  spec: StoredSpec | null;
  create_time: Date;
  update_time: Date;
}

/** A spec as the column keeps it: enums by name, so that a person can read it. */
interface StoredSpec {
  description: string;
  inputRules: StoredRule[];
  outputRules: StoredRule[];
}

interface StoredRule {
  kind: keyof typeof safety.EntityKind;
  action: keyof typeof safety.Action;
}

/** Reads a row. */
export function policyOf(row: PolicyRow): StoredPolicy {
  return {
    name: row.name,
    version: row.version,
    spec: row.spec === null ? builtInSpec : specOf(row.spec),
    createTime: row.create_time,
    updateTime: row.update_time,
  };
}

/** `default` of a tenant that never changed it. */
export const builtInPolicy: StoredPolicy = {
  name: defaultPolicyName,
  version: builtInVersion,
  spec: builtInSpec,
  createTime: undefined,
  updateTime: undefined,
};

/** Writes a spec for the column. */
export function storedSpecOf(spec: safety.PolicySpec): string {
  const rules = (list: safety.Rule[]) =>
    list.map(({ kind, action }) => ({ kind: safety.EntityKind[kind], action: safety.Action[action] }));
  const { description, inputRules, outputRules } = spec;
  return JSON.stringify({ description, inputRules: rules(inputRules), outputRules: rules(outputRules) });
}

function specOf({ description, inputRules, outputRules }: StoredSpec): safety.PolicySpec {
  const rules = (list: StoredRule[]) =>
    list.map(({ kind, action }) => ({ kind: safety.EntityKind[kind], action: safety.Action[action] }));
  return { description, inputRules: rules(inputRules), outputRules: rules(outputRules) };
}
