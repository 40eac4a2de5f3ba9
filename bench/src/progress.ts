/** Says on stderr what is being measured: one line that changes on a terminal, few lines elsewhere. */
export interface Progress {
  /** Something new is measured. */
  step(text: string): void;
  /** How far it is. */
  detail(text: string): void;
  /** Nothing more comes for now: clears the line. */
  clear(): void;
}

const clearLine = '\r\u001b[2K';
/** Where no person watches, so long passes between two lines of the same step. */
const quietMs = 15_000;

export function createProgress(stream: NodeJS.WriteStream): Progress {
  let step = '';
  let writtenAt = 0;
  return {
    step(text) {
      step = text;
      writtenAt = performance.now();
      stream.write(stream.isTTY ? `${clearLine}${text}` : `${text}\n`);
    },
    detail(text) {
      if (stream.isTTY) stream.write(`${clearLine}${step}: ${text}`);
      else if (performance.now() - writtenAt > quietMs) {
        writtenAt = performance.now();
        stream.write(`${step}: ${text}\n`);
      }
    },
    clear() {
      if (stream.isTTY) stream.write(clearLine);
    },
  };
}
