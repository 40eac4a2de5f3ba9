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

export function createProgress(stream: NodeJS.WriteStream): Progress {
  let step = '';
  return {
    step(text) {
      step = text;
      stream.write(stream.isTTY ? `${clearLine}${text}` : `${text}\n`);
    },
    detail(text) {
      if (stream.isTTY) stream.write(`${clearLine}${step}: ${text}`);
    },
    clear() {
      if (stream.isTTY) stream.write(clearLine);
    },
  };
}
