import { clusteredVectors } from './clustered-vectors';

const options = { dimensions: 32, centres: 4, spread: 0.3, seed: 5 };
const draw = (count: number) => {
  const vectors = clusteredVectors(options);
  return Array.from({ length: count }, () => vectors.next());
};
const cosine = (one: Float32Array, other: Float32Array) => {
  const dot = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, value, index) => sum + value * b[index]!, 0);
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
};

it('draws the same in every run', () => {
  expect(draw(10)).toEqual(draw(10));
});

it('draws points that are nearer to those of their centre than to others', () => {
  const [first, ...others] = draw(9);
  const similarities = others.map((vector) => cosine(first!, vector));
  const ofSameCentre = [similarities[3]!, similarities[7]!];
  const rest = similarities.filter((_, index) => index !== 3 && index !== 7);
  expect(Math.min(...ofSameCentre)).toBeGreaterThan(Math.max(...rest));
});
