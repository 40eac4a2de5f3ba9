import { type CallLimits } from './embedding-provider';

/** Cuts a list of texts into parts that a provider takes in one call, in order. */
export function sliceTexts<Item extends { text: string }>(
  items: readonly Item[],
  { textsMax, charactersMax }: Pick<CallLimits, 'textsMax' | 'charactersMax'>,
): Item[][] {
  const slices: Item[][] = [];
  let characters = 0;
  for (const item of items) {
    const slice = slices.at(-1);
    characters += item.text.length;
    if (slice !== undefined && slice.length < textsMax && characters <= charactersMax) {
      slice.push(item);
    } else {
      slices.push([item]);
      characters = item.text.length;
    }
  }
  return slices;
}
