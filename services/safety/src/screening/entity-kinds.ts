import { safety } from '@weft/contracts';

const { EntityKind } = safety;

/**
 * The kinds that can be looked for, the most telling first: where findings begin and end together, the first
 * one is kept.
 */
export const kindsByPrecedence: readonly safety.EntityKind[] = [
  EntityKind.SECRET,
  EntityKind.IBAN,
  EntityKind.CARD,
  EntityKind.EMAIL,
  EntityKind.IP,
  EntityKind.PHONE,
];

/** What stands in a text where a finding was redacted, such as `[EMAIL]`. */
export function labelOf(kind: safety.EntityKind): string {
  return `[${EntityKind[kind]}]`;
}
