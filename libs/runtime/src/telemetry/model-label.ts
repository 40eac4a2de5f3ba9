const modelsMax = 64;
const modelsSeen = new Set<string>();

/** A model's name as a label. Callers may name any: so many are told apart in a process, once they have answered, and others are `_OTHER`. */
export function modelLabel(model: string, hasAnswered: boolean): string {
  if (hasAnswered && modelsSeen.size < modelsMax) modelsSeen.add(model);
  return modelsSeen.has(model) ? model : '_OTHER';
}
