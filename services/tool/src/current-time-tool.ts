import { type Tool } from './tool';

/** Tells the time in a time zone. */
export function createCurrentTimeTool(now: () => Date = () => new Date()): Tool<{ timezone?: string }> {
  return {
    name: 'current_time',
    description: 'Tells the current date and time, in UTC or in a time zone.',
    parametersSchema: {
      type: 'object',
      properties: {
        timezone: {
          type: 'string',
          format: 'time-zone',
          maxLength: 64,
          description: 'IANA time zone, such as Europe/Berlin. Left out: UTC.',
        },
      },
      additionalProperties: false,
    },
    idempotent: true,
    invoke: ({ timezone = 'UTC' }) => Promise.resolve(describeTime(now(), timezone)),
  };
}

/** The time as ISO 8601 with its offset, the zone as Intl writes it, and the day of the week. */
function describeTime(time: Date, timezone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    weekday: 'long',
    timeZoneName: 'longOffset',
  });
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  const { year, month, day, hour, minute, second, weekday, timeZoneName } = parts;
  // Intl writes `GMT+02:00`; for no offset `GMT` alone or `GMT+00:00`, as its version has it.
  const offset = timeZoneName!.slice('GMT'.length) || '+00:00';
  return {
    time: `${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`,
    timezone: format.resolvedOptions().timeZone,
    weekday,
  };
}
