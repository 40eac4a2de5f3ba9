import { safety } from '@weft/contracts';
import { type FieldViolation, invalidFields } from '@weft/errors';

/**
 * Throws INVALID_ARGUMENT naming what of a spec makes no sense: kinds and actions nobody knows, two rules for
 * one kind, text that cannot be kept.
 */
export function checkPolicySpec(spec: safety.PolicySpec): void {
  const violations = [
    ...(spec.description.includes('\0')
      ? [{ field: 'spec.description', description: 'must not contain U+0000' }]
      : []),
    ...checkRules('spec.input_rules', spec.inputRules),
    ...checkRules('spec.output_rules', spec.outputRules),
  ];
  if (violations.length > 0) throw invalidFields(violations);
}

function checkRules(path: string, rules: readonly safety.Rule[]): FieldViolation[] {
  const seen = new Set<safety.EntityKind>();
  return rules.flatMap(({ kind, action }, index) => {
    const violations: FieldViolation[] = [];
    if (!isKnown(safety.EntityKind, kind)) {
      violations.push({
        field: `${path}[${index}].kind`,
        description: `must be one of ${namesOf(safety.EntityKind)}`,
      });
    } else if (seen.has(kind)) {
      violations.push({
        field: `${path}[${index}].kind`,
        description: `has a rule for ${safety.EntityKind[kind]} before this one`,
      });
    }
    if (!isKnown(safety.Action, action)) {
      violations.push({
        field: `${path}[${index}].action`,
        description: `must be one of ${namesOf(safety.Action)}`,
      });
    }
    seen.add(kind);
    return violations;
  });
}

type NumericEnum = Record<string, string | number>;

function isKnown(names: NumericEnum, value: number): boolean {
  return value > 0 && names[value] !== undefined;
}

function namesOf(names: NumericEnum): string {
  return Object.entries(names)
    .filter(([, value]) => typeof value === 'number' && value > 0)
    .map(([name]) => name)
    .join(', ');
}
