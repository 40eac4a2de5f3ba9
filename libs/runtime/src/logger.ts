import pino from 'pino';
import { describeError } from './describe-error';
import { logLineWritten } from './telemetry/log-lines';
import { parseTraceparent } from './telemetry/trace-parent';
import { currentTraceparent } from './telemetry/trace-scope';

/** Structured logging. Fields are facts for a program; never content of prompts, answers or documents, never secrets. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

/** The levels a logger can be set to. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Fields that are not logged, whatever logs them. */
const secretNames = ['authorization', 'secret', 'apiKey', 'password', 'token'];

/** Logs JSON lines to stderr: stdout belongs to the ready line. */
export function createLogger(options: { level: LogLevel; name?: string }): Logger {
  return pino(
    {
      level: options.level,
      base: options.name === undefined ? null : { name: options.name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      mixin: traceFields,
      hooks: {
        streamWrite(line) {
          logLineWritten(line);
          return line;
        },
      },
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/** Which trace a line belongs to. */
function traceFields(): object {
  const parent = parseTraceparent(currentTraceparent());
  return parent === undefined ? {} : { trace_id: parent.traceId, span_id: parent.spanId };
}

/** Logs nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
