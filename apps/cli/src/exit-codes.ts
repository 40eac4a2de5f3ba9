/** What the process tells its caller. */
export const exitCodes = {
  ok: 0,
  /** Weft refused, failed or could not be reached; or a part of the work failed. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
} as const;

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 2, SIGTERM: 15 };

/** The code of a command that a signal ended: 128 and the signal's number, as shells count. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + (signalNumbers[signal] ?? 0);
}
