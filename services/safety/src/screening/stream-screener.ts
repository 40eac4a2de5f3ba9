import { safety } from '@weft/contracts';
import { internal } from '@weft/errors';
import { type Detector, type Found, lookBehindMax } from './detector';
import { type Finding } from './finding';
import { compareFindings, FindingFilter } from './finding-order';
import { type ScreeningPlan } from './screening-plan';
import { TextRedactor } from './text-redactor';

/** What a piece of text led to. */
export interface ScreeningStep {
  /** The text that may go on. */
  released: string;
  /** How far the original text is judged, in UTF-16 code units from its beginning. */
  watermark: number;
  /** What was found since the last step. */
  findings: Finding[];
  /** The text is refused from the watermark on; nothing follows. */
  blocked: boolean;
}

/** How much judged text is kept before it is cut off: cutting copies what stays. */
const judgedMax = 1024;

/**
 * Screens a text that comes in pieces. What it releases, put together, is what `screenText` makes of the
 * whole, however the text is cut, and nothing is released that could still become part of a finding.
 *
 * Each detector says how far it has decided; what all have decided is released, but never half of a surrogate
 * pair.
 */
export class StreamScreener {
  private readonly scans: { detector: Detector; found: Found; position: number }[];
  private readonly filter = new FindingFilter();
  private readonly redactor = new TextRedactor();
  /** The text that is not judged and a part of what is; begins at `base` in the original text. */
  private text = '';
  private base = 0;
  private watermark = 0;
  /** What detectors found at or beyond the watermark. */
  private pending: Finding[] = [];
  private over = false;

  constructor(plan: ScreeningPlan) {
    this.scans = plan.createDetectors().map((detector) => {
      const { kind } = detector;
      const action = plan.actionOf(kind);
      const found: Found = (start, end) =>
        this.pending.push({ kind, action, start: this.base + start, end: this.base + end });
      return { detector, found, position: 0 };
    });
  }

  /** Takes the text that follows what came before. */
  push(text: string): ScreeningStep {
    this.text += text;
    return this.judge(false);
  }

  /** Takes the last of the text, which may be nothing, and releases the rest. */
  end(text = ''): ScreeningStep {
    this.text += text;
    return this.judge(true);
  }

  private judge(final: boolean): ScreeningStep {
    if (this.over) throw internal('A screener was used after its text had ended or was refused.');
    this.over = final;
    this.watermark = this.decide(final);
    const findings: Finding[] = [];
    for (const finding of this.takeDecided()) {
      if (!this.filter.accepts(finding)) continue;
      findings.push(finding);
      if (finding.action === safety.Action.BLOCK) return this.refuse(findings, finding.start);
      this.redactor.add(finding, this.text, this.base);
    }
    const released = this.redactor.flush(this.watermark, this.text, this.base);
    this.cutJudged();
    return { released, watermark: this.watermark, findings, blocked: false };
  }

  /** Where the first detector stopped that did not get to the end. */
  private decide(final: boolean): number {
    const end = this.base + this.text.length;
    let decided = final || !isHighSurrogate(this.text.charCodeAt(this.text.length - 1)) ? end : end - 1;
    for (const scan of this.scans) {
      scan.position =
        this.base + scan.detector.advance(this.text, scan.position - this.base, final, scan.found);
      decided = Math.min(decided, scan.position);
    }
    return decided;
  }

  /** Findings that begin before the watermark: no other can come between them any more. */
  private takeDecided(): Finding[] {
    if (this.pending.length === 0) return this.pending;
    const found = this.pending.sort(compareFindings);
    const decided = found.filter(({ start }) => start < this.watermark);
    this.pending = found.slice(decided.length);
    return decided;
  }

  private refuse(findings: Finding[], start: number): ScreeningStep {
    this.over = true;
    this.watermark = start;
    const released = this.redactor.flush(start, this.text, this.base);
    return { released, watermark: start, findings, blocked: true };
  }

  private cutJudged(): void {
    const judged = this.watermark - lookBehindMax - this.base;
    if (judged < judgedMax) return;
    this.text = this.text.slice(judged);
    this.base += judged;
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
