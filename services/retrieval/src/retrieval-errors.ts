import { WeftError } from '@weft/errors';

/** FAILED_PRECONDITION: vectors of two models, or of two lengths, cannot stand in one collection. */
export function embeddingMismatch(
  collection: string,
  expected: { model: string; dimensions: number },
  actual: { model: string; dimensions: number },
): WeftError {
  const message =
    `The collection '${collection}' holds vectors of ${describe(expected)}, these are of ${describe(actual)}. ` +
    'Make a new collection for another model.';
  return new WeftError('FAILED_PRECONDITION', 'EMBEDDING_MISMATCH', message, {
    metadata: {
      collection,
      expected_model: expected.model,
      expected_dimensions: String(expected.dimensions),
      actual_model: actual.model,
      actual_dimensions: String(actual.dimensions),
    },
  });
}

function describe({ model, dimensions }: { model: string; dimensions: number }): string {
  return `the model '${model}' (${dimensions} dimensions)`;
}
