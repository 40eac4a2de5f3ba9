import { type HrTime } from '@opentelemetry/api';

/** Unix milliseconds in OpenTelemetry's form: seconds, and nanoseconds within the second. */
export function hrTime(milliseconds: number): HrTime {
  return [Math.floor(milliseconds / 1000), Math.floor((milliseconds % 1000) * 1_000_000)];
}
