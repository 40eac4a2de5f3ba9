import { safety } from '@weft/contracts';
import { type Finding } from './finding';
import { compareFindings, FindingFilter } from './finding-order';
import { type ScreeningPlan } from './screening-plan';
import { TextRedactor } from './text-redactor';

/** What a plan makes of a whole text. */
export interface ScreenedText {
  /** The text with labels in place of what is redacted; empty when it is refused. */
  text: string;
  blocked: boolean;
  findings: Finding[];
}

/** Screens a whole text. */
export function screenText(text: string, plan: ScreeningPlan): ScreenedText {
  const findings = findAll(text, plan);
  if (findings.some(({ action }) => action === safety.Action.BLOCK))
    return { text: '', blocked: true, findings };
  if (findings.length === 0) return { text, blocked: false, findings };
  const redactor = new TextRedactor();
  for (const finding of findings) redactor.add(finding, text, 0);
  return { text: redactor.flush(text.length, text, 0), blocked: false, findings };
}

function findAll(text: string, plan: ScreeningPlan): Finding[] {
  const all: Finding[] = [];
  for (const detector of plan.createDetectors()) {
    const { kind } = detector;
    const action = plan.actionOf(kind);
    detector.advance(text, 0, true, (start, end) => all.push({ kind, action, start, end }));
  }
  if (all.length < 2) return all;
  const filter = new FindingFilter();
  return all.sort(compareFindings).filter((finding) => filter.accepts(finding));
}
