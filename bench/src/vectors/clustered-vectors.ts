/** Draws points that lie like embeddings do: around centres, near to few and far from many. The same in every run. */
export interface ClusteredVectors {
  next(): Float32Array;
}

export interface ClusterOptions {
  dimensions: number;
  centres: number;
  /** How far points lie from their centre, where 1 is how far centres lie from one another. */
  spread: number;
  seed: number;
}

export function clusteredVectors({ dimensions, centres, spread, seed }: ClusterOptions): ClusteredVectors {
  const random = seededNormal(seed);
  const point = (scale: number) => Float32Array.from({ length: dimensions }, () => scale * random());
  const middles = Array.from({ length: centres }, () => point(1));
  let count = 0;
  return {
    next() {
      // A prime step, so that whoever takes every n-th point gets some of each centre.
      const middle = middles[(count++ * 7919) % centres]!;
      return point(spread).map((value, index) => value + middle[index]!);
    },
  };
}

/** Normally distributed numbers. Source: Marsaglia's polar method over a linear congruential generator (Numerical Recipes' constants). */
function seededNormal(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 31 - 1;
  return () => {
    for (;;) {
      const x = uniform();
      const y = uniform();
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
    }
  };
}
