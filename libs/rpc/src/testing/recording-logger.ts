import { type Logger, silentLogger } from '@weft/runtime';

/** One line of a log. */
export interface LogLine {
  level: 'info' | 'warn' | 'error';
  fields: Record<string, unknown>;
  message: string;
}

/** A logger that keeps what it is told. */
export function recordingLogger(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const keep = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, fields: { ...fields }, message });
  return { logger: { ...silentLogger, info: keep('info'), warn: keep('warn'), error: keep('error') }, lines };
}
