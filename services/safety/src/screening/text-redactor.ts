import { safety } from '@weft/contracts';
import { labelOf } from './entity-kinds';
import { type Finding } from './finding';

/**
 * Writes a text with labels in place of what is redacted. Findings that overlap become one label, that of the
 * first.
 *
 * Positions are those of the original text; `base` is where the text that is passed begins in it.
 */
export class TextRedactor {
  private writtenUntil = 0;
  private output = '';

  /**
   * Writes what comes before a redacted finding, and its label. Takes findings in order; those not redacted
   * change nothing.
   */
  add(finding: Finding, text: string, base: number): void {
    if (finding.action !== safety.Action.REDACT) return;
    if (finding.start >= this.writtenUntil) {
      this.copy(finding.start, text, base);
      this.output += labelOf(finding.kind);
    }
    this.writtenUntil = Math.max(this.writtenUntil, finding.end);
  }

  /** Writes the text up to a position and returns what was written since the last call. */
  flush(until: number, text: string, base: number): string {
    this.copy(until, text, base);
    const written = this.output;
    this.output = '';
    return written;
  }

  private copy(until: number, text: string, base: number): void {
    if (until <= this.writtenUntil) return;
    this.output += text.slice(this.writtenUntil - base, until - base);
    this.writtenUntil = until;
  }
}
