import { diag, DiagLogLevel } from '@opentelemetry/api';
import { type Logger } from '@weft/runtime';

/** A collector that is away fails every export; one line a minute says so. */
const quietMs = 60_000;

/** Has trouble with sending telemetry logged, and nothing that it says but its code: its text may hold addresses and headers. */
export function logExportTroubles(logger: Logger): void {
  let quietUntil = -Infinity;
  const warn = (...told: unknown[]) => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + quietMs;
    logger.warn({ code: codeOf(told) }, 'telemetry could not be sent');
  };
  const ignore = () => undefined;
  diag.setLogger(
    { error: warn, warn, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

function codeOf(told: readonly unknown[]): string {
  const text = told.map((part) => (part instanceof Error ? `${part.message}` : String(part))).join(' ');
  return /\b(E[A-Z]{4,}|[45]\d\d)\b/.exec(text)?.[1] ?? 'unknown';
}
