import { unavailable, WeftError } from '@weft/errors';
import { toStreamError } from '../door/door-error';
import { type AnswerEnd, type WeftPart } from './chat-answer';
import { readServerSentEvents } from './server-sent-events';

/** The parts of a chunk that are shown. */
interface Chunk {
  choices?: { delta?: { content?: string | null }; finish_reason?: string | null }[];
  weft?: WeftPart;
}

/**
 * Reads a streamed answer to its end, `[DONE]`.
 *
 * @param onText told each piece of the answer as it comes
 * @throws WeftError that an `error` event tells of; UNAVAILABLE `STREAM_CUT` when the stream ends without `[DONE]`
 */
export async function readChatStream(
  body: AsyncIterable<Uint8Array>,
  onText: (text: string) => void,
): Promise<AnswerEnd> {
  const end: AnswerEnd = { finishReason: '', weft: {} };
  for await (const { event, data } of readServerSentEvents(body)) {
    if (event === 'error') throw toStreamError(data);
    if (data === '[DONE]') return end;
    const { choices = [], weft } = parseChunk(data);
    for (const { delta, finish_reason: finishReason } of choices) {
      if (delta?.content) onText(delta.content);
      if (finishReason) end.finishReason = finishReason;
    }
    if (weft !== undefined) end.weft = weft;
  }
  throw unavailable('STREAM_CUT', 'The answer was cut off before its end. Ask again.');
}

function parseChunk(data: string): Chunk {
  try {
    return JSON.parse(data) as Chunk;
  } catch (cause) {
    throw new WeftError('UNKNOWN', 'BAD_CHUNK', 'A piece of the answer is not JSON.', { cause });
  }
}
