import { logging } from '@weft/contracts';
import { invalidField } from '@weft/errors';

/** A range of time, cut into intervals. */
export interface UsageRange {
  start: Date;
  end: Date;
  /** The width of an interval, aligned to UTC; undefined when all of the range is one. */
  widthSeconds: number | undefined;
}

const intervalsMax = 1000;
const dayMs = 86_400_000;

const widths = new Map<logging.Interval, number | undefined>([
  [logging.Interval.UNSPECIFIED, undefined],
  [logging.Interval.MINUTE, 60],
  [logging.Interval.HOUR, 3600],
  [logging.Interval.DAY, 86_400],
]);

/**
 * Reads the range of a request: it ends now if unset, and begins 24 hours before its end if unset.
 *
 * @throws WeftError INVALID_ARGUMENT when it is empty or has more than 1,000 intervals
 */
export function usageRange(
  request: Pick<logging.QueryUsageRequest, 'startTime' | 'endTime' | 'interval'>,
  now: Date,
): UsageRange {
  if (!widths.has(request.interval)) throw invalidField('interval', `${request.interval} is not an interval`);
  const widthSeconds = widths.get(request.interval);
  const end = request.endTime ?? now;
  const start = request.startTime ?? new Date(end.getTime() - dayMs);
  if (start >= end)
    throw invalidField('end_time', `must be later than start_time, which is ${start.toISOString()}`);
  if (widthSeconds !== undefined) {
    const widthMs = widthSeconds * 1000;
    const count = Math.ceil(end.getTime() / widthMs) - Math.floor(start.getTime() / widthMs);
    if (count > intervalsMax) {
      throw invalidField(
        'interval',
        `the range has ${count} intervals, at most ${intervalsMax} are allowed: choose a wider one`,
      );
    }
  }
  return { start, end, widthSeconds };
}
