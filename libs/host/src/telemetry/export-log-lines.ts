import {
  type Attributes,
  type Logger,
  ROOT_CONTEXT,
  SeverityNumber,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { type LogLineListener } from '@weft/runtime';

const severities: Record<string, SeverityNumber> = {
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
};

/** Hands on what is logged: the same fields as in the line, with the trace that it belongs to. */
export function exportLogLines(logger: Logger): LogLineListener {
  return (line) => {
    const { level, time, msg, trace_id: traceId, span_id: spanId, ...fields } = JSON.parse(line) as LogLine;
    logger.emit({
      timestamp: new Date(time),
      severityNumber: severities[level] ?? SeverityNumber.UNSPECIFIED,
      severityText: level,
      body: msg,
      attributes: attributesOf(fields),
      context:
        traceId === undefined || spanId === undefined
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.NONE }),
    });
  };
}

interface LogLine {
  level: string;
  time: string;
  msg: string;
  trace_id?: string;
  span_id?: string;
  [field: string]: unknown;
}

function attributesOf(fields: Record<string, unknown>): Attributes {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : (value as string | number | boolean),
    ]),
  );
}
