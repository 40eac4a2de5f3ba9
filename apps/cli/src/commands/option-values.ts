import { InvalidArgumentError } from 'commander';

/** Reads a whole number between two bounds, inclusive. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** Reads a point in time in the future: RFC 3339, or a number of days from now such as `30d`. Returns RFC 3339. */
export function futureTime(text: string): string {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  const time = days === undefined ? Date.parse(text) : Date.now() + Number(days) * 86_400_000;
  if (time > Date.now()) return new Date(time).toISOString();
  throw new InvalidArgumentError(
    'It must be a time in the future, such as 2030-01-31T00:00:00Z, or days from now, such as 30d.',
  );
}

/** Collects an option that may be given several times. */
export function listOf(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}
