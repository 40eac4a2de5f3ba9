/** A figure beside what it should be. */
export interface TargetResult {
  name: string;
  value: number;
  /** Such as `≤ 4 ms`. */
  target: string;
  met: boolean;
}

export function atMost(name: string, value: number, limit: number, unit: string): TargetResult {
  return { name, value, target: `≤ ${limit} ${unit}`.trim(), met: value <= limit };
}

export function atLeast(name: string, value: number, limit: number, unit: string): TargetResult {
  return { name, value, target: `≥ ${limit} ${unit}`.trim(), met: value >= limit };
}

export function above(name: string, value: number, other: number, otherName: string): TargetResult {
  return { name, value, target: `> ${other.toFixed(3)} (${otherName})`, met: value > other };
}
