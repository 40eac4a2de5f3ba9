import { setImmediate } from 'node:timers/promises';
import { type safety } from '@weft/contracts';
import { findingMessage } from './finding-message';
import { screenText } from './screening/screen-text';
import { type ScreeningPlan } from './screening/screening-plan';

/** How many characters are screened before others get their turn: about 5 ms. */
const turnLength = 256 * 1024;

/** What a plan makes of several texts. */
export interface ScreenedTexts {
  /** The texts as they may go on; empty ones when one of them is refused. */
  texts: string[];
  blocked: boolean;
  findings: safety.Finding[];
}

/**
 * Screens the texts of one request. Gives way to other work between long texts.
 *
 * @param signal ends the work when nobody waits for it any more
 */
export async function screenTexts(
  texts: readonly string[],
  plan: ScreeningPlan,
  signal: AbortSignal,
): Promise<ScreenedTexts> {
  const screened: string[] = [];
  const findings: safety.Finding[] = [];
  let blocked = false;
  let sinceTurn = 0;
  for (const [index, text] of texts.entries()) {
    sinceTurn += text.length;
    if (sinceTurn > turnLength && index > 0) {
      await setImmediate(undefined, { signal });
      sinceTurn = text.length;
    }
    const result = screenText(text, plan);
    screened.push(result.text);
    blocked ||= result.blocked;
    for (const finding of result.findings) findings.push(findingMessage(finding, index));
  }
  return { texts: blocked ? texts.map(() => '') : screened, blocked, findings };
}
