import { type Writable } from 'node:stream';

/** Where a command writes: results to `out`, everything else to `error`. */
export interface Terminal {
  out: Writable & { isTTY?: boolean };
  error: Writable & { isTTY?: boolean };
}

export function printLine(stream: Writable, text = ''): void {
  stream.write(`${text}\n`);
}

/**
 * Text that came from elsewhere, without the control characters by which it could take over a terminal (line breaks and tabs
 * stay), and without those that turn the reading direction round.
 */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
}

/** Printable text on one line. */
export function printableLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ').trim();
}

/** Resolves when what was written to a stream has gone out, or can no longer. */
export function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
