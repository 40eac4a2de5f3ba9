import { type Exchange } from './exchange';
import { type Script } from './script';
import { countTokens } from './tokens';
import { usageReport } from './usage-report';

interface EmbeddingsRequest {
  model: string;
  input: string | string[] | number[] | number[][];
  dimensions?: number;
  encoding_format?: 'float' | 'base64';
}

/** Answers with one unit vector for each input. */
export function sendEmbeddings(
  exchange: Exchange,
  script: Script,
  body: unknown,
  defaultDimensions: number,
): void {
  const problem = problemOf(body);
  if (problem !== undefined) {
    exchange.sendError(400, problem, 'invalid_request_error');
    return;
  }
  const request = body as EmbeddingsRequest;
  const inputs = inputsOf(request.input);
  const counted = inputs.reduce(
    (sum, input) => sum + (typeof input === 'string' ? countTokens(input) : input.length),
    0,
  );
  exchange.record.usage.promptTokens = counted;
  const data = inputs.map((input, index) => {
    const vector = embed(
      typeof input === 'string' ? input : input.join(' '),
      request.dimensions ?? defaultDimensions,
    );
    const embedding =
      request.encoding_format === 'base64'
        ? Buffer.from(vector.buffer).toString('base64')
        : Array.from(vector);
    return { object: 'embedding', index, embedding };
  });
  const usage = usageReport(script, exchange.record.usage);
  const reported = usage && { prompt_tokens: usage['prompt_tokens'], total_tokens: usage['prompt_tokens'] };
  exchange.sendJson(200, JSON.stringify({ object: 'list', data, model: request.model, usage: reported }));
}

/** A vector of length 1 that depends on the text alone: equal texts have equal vectors on every machine. */
export function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  let state = hash(text);
  let squares = 0;
  for (let index = 0; index < dimensions; index += 1) {
    state = (state + 0x6d2b79f5) | 0;
    const value = mix(state) / 2 ** 31 - 1;
    vector[index] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares) || 1;
  return vector.map((value) => value / length);
}

/** FNV-1a, 32 bits. Source: RFC 9923. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value;
}

/** Spreads the bits of a counter over 32 bits, unsigned: the finalizer of MurmurHash3. */
function mix(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function inputsOf(input: EmbeddingsRequest['input']): (string | number[])[] {
  if (typeof input === 'string') return [input];
  return typeof input[0] === 'number' ? [input as number[]] : (input as (string | number[])[]);
}

function problemOf(body: unknown): string | undefined {
  const { model, input, dimensions } = (body ?? {}) as Partial<Record<keyof EmbeddingsRequest, unknown>>;
  if (typeof model !== 'string' || model === '') return "'model' must be text.";
  const isInput = typeof input === 'string' || (Array.isArray(input) && input.length > 0);
  if (!isInput || input === '') return "'input' must be text or a list that is not empty.";
  if (dimensions !== undefined && !(Number.isInteger(dimensions) && Number(dimensions) > 0)) {
    return "'dimensions' must be a whole number from 1.";
  }
  return undefined;
}
