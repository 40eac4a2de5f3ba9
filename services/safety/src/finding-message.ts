import { type safety } from '@weft/contracts';
import { type Finding } from './screening/finding';

/** A finding as the contract shows it. */
export function findingMessage({ kind, action, start, end }: Finding, textIndex: number): safety.Finding {
  return { kind, action, textIndex, startOffset: start, endOffset: end };
}
