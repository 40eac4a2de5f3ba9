/** Whether a version such as `0.8.5` or `2.12.0-beta.1` is not before another, by its numbers. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [mine, least] = [numbersOf(version), numbersOf(minimum)];
  for (let at = 0; at < Math.max(mine.length, least.length); at += 1) {
    const difference = (mine[at] ?? 0) - (least[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(version: string): number[] {
  return (/^v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? '0').split('.').map(Number);
}
