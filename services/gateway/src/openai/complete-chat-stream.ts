import { type orchestrator } from '@weft/contracts';
import { unavailable } from '@weft/errors';
import { fromErrorStatus, isTerminal, upToLast } from '@weft/rpc';

type ChatEvent = orchestrator.StreamChatResponse;

/**
 * Passes on a chat stream that keeps its contract, up to and with `completed`.
 *
 * @throws WeftError that a `failed` event tells of; UNAVAILABLE `STREAM_CUT` when events are missing, within the stream or at its end
 */
export async function* completeChatStream(
  events: AsyncIterable<ChatEvent>,
): AsyncGenerator<ChatEvent, void, undefined> {
  let sequence = 0;
  for await (const event of upToLast(events, isTerminal)) {
    sequence += 1;
    if (event.sequence !== sequence) throw streamCut();
    if (event.event?.$case === 'failed') {
      const { error } = event.event.value;
      throw error === undefined ? streamCut() : fromErrorStatus(error);
    }
    yield event;
    if (event.event?.$case === 'completed') return;
  }
  throw streamCut();
}

function streamCut() {
  return unavailable('STREAM_CUT', 'The answer was cut off before its end. Try again.');
}
