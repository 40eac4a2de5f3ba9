import { createHash } from 'node:crypto';

/** Random choices that are the same in every run. */
export interface SeededRandom {
  /** A whole number from `min` to `max`, inclusive. */
  between(min: number, max: number): number;
  oneOf<Item>(items: readonly Item[]): Item;
}

/** Draws from the digests of a seed and a counter. Good enough for texts, not for secrets. */
export function seededRandom(seed: number): SeededRandom {
  let count = 0;
  const draw = () =>
    createHash('sha256')
      .update(`${seed}:${(count += 1)}`)
      .digest()
      .readUInt32BE();
  const between = (min: number, max: number) => min + (draw() % (max - min + 1));
  return { between, oneOf: (items) => items[between(0, items.length - 1)]! };
}
