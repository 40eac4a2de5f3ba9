/**
 * Tries every position from left to right, takes the longest end that is found there, and goes on behind it.
 */
export function scan(text: string, endsAt: (start: number) => number[]): [number, number][] {
  const findings: [number, number][] = [];
  for (let start = 0; start < text.length; start++) {
    const ends = endsAt(start);
    if (ends.length === 0) continue;
    const end = start + Math.max(...ends);
    findings.push([start, end]);
    start = end - 1;
  }
  return findings;
}
