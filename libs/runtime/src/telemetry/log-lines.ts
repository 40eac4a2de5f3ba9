/** Hears of each line that is logged, as it is written: secrets are taken out already. */
export type LogLineListener = (line: string) => void;

let listener: LogLineListener | undefined;

/** Has lines told from now on; undefined ends that. A listener must not throw. */
export function setLogLineListener(told: LogLineListener | undefined): void {
  listener = told;
}

/** Tells of a line that is written. */
export function logLineWritten(line: string): void {
  listener?.(line);
}
