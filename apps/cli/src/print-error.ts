import { WeftError } from '@weft/errors';
import { printable, printLine, type Terminal } from './terminal';

/** Tells a person what went wrong, with which field, and what to do. */
export function printError(terminal: Terminal, error: unknown): void {
  for (const line of errorLines(error)) printLine(terminal.error, printable(line));
}

function errorLines(error: unknown): string[] {
  if (!(error instanceof WeftError))
    return [`weft: ${error instanceof Error ? error.message : String(error)}`];
  const fields = error.violations
    .filter(({ field }) => !error.message.includes(field))
    .map(({ field }) => `  field: ${field}`);
  const advice = adviceFor(error);
  return [
    `weft: ${error.message} (${error.reason})`,
    ...fields,
    ...(advice === undefined ? [] : [`  ${advice}`]),
  ];
}

const advicesByReason: Record<string, string> = {
  UNREACHABLE: 'Start weft with `make run`, or say where it is with --url or WEFT_URL.',
  ROUTE_NOT_FOUND: 'Is it weft that answers there? Another address goes into --url or WEFT_URL.',
};

function adviceFor({ code, reason, metadata, retryDelayMs }: WeftError): string | undefined {
  if (reason in advicesByReason) return advicesByReason[reason];
  if (code === 'UNAUTHENTICATED')
    return 'Give a key that works with WEFT_API_KEY or --key. `weft keys list` shows which keys there are.';
  if (code === 'PERMISSION_DENIED' && reason === 'SCOPE_MISSING') {
    return 'Use a key that has the scope. `weft keys create --scope` makes one.';
  }
  if (metadata['status'] === '429' || metadata['status'] === '503')
    return `Try again in ${seconds(retryDelayMs ?? 1000)}.`;
  if (code === 'INTERNAL') return `Look for the request ${metadata['request_id'] ?? ''} in weft's log.`;
  return undefined;
}

function seconds(durationMs: number): string {
  const count = Math.ceil(durationMs / 1000);
  return count === 1 ? 'a second' : `${count} seconds`;
}
