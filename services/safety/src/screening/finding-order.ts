import { safety } from '@weft/contracts';
import { kindsByPrecedence } from './entity-kinds';
import { type Finding } from './finding';

const precedence = new Map(kindsByPrecedence.map((kind, index) => [kind, index]));

/**
 * Orders findings as they are reported: by where they begin, the longer first, then by precedence of their
 * kinds.
 */
export function compareFindings(left: Finding, right: Finding): number {
  return (
    left.start - right.start ||
    right.end - left.end ||
    precedence.get(left.kind)! - precedence.get(right.kind)!
  );
}

/**
 * Leaves out what is found inside of another finding that does the same or more: digits of an IBAN that could
 * be a telephone number say nothing that the IBAN does not. A secret inside of an e-mail address stays where
 * the one is redacted and the other merely reported.
 */
export class FindingFilter {
  /** Where the last finding ends, by how much is done with it at least. */
  private readonly coveredUntil = [0, 0, 0, 0];

  /** Tells whether a finding says something new. Takes findings in the order of `compareFindings`. */
  accepts({ action, end }: Finding): boolean {
    if (end <= this.coveredUntil[action]!) return false;
    for (let lesser = safety.Action.DETECT; lesser <= action; lesser++) {
      this.coveredUntil[lesser] = Math.max(this.coveredUntil[lesser]!, end);
    }
    return true;
  }
}
