import { WeftError } from '@weft/errors';

/** NOT_FOUND: there is no such model. */
export function modelNotFound(model: string, metadata: Record<string, string> = {}): WeftError {
  const text = `There is no model '${model}'. List the models to see which there are.`;
  return new WeftError('NOT_FOUND', 'MODEL_NOT_FOUND', text, {
    metadata: { ...metadata, resource: 'model', name: model },
  });
}
