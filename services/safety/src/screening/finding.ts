import { type safety } from '@weft/contracts';

/** Something that was found in a text. */
export interface Finding {
  kind: safety.EntityKind;
  action: safety.Action;
  /** Where it begins in the original text, in UTF-16 code units. */
  start: number;
  /** Where it ends, exclusive. */
  end: number;
}

/** What happens to what kind. */
export interface KindRule {
  kind: safety.EntityKind;
  action: safety.Action;
}
