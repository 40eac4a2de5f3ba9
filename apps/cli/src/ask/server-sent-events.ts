import { WeftError } from '@weft/errors';
import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** No event of weft is near this long: a longer one is not weft's. In characters. */
const longestEvent = 16 * 1024 * 1024;

/**
 * Reads server-sent events of a body as they come, however its bytes are cut.
 *
 * @throws WeftError when the body is not an event stream
 */
export async function* readServerSentEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<EventSourceMessage, void, undefined> {
  let events: EventSourceMessage[] = [];
  let broken = false;
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onError: (error) => (broken ||= error.type === 'max-buffer-size-exceeded'),
    maxBufferSize: longestEvent,
  });
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    const complete = events;
    events = [];
    yield* complete;
    if (broken) throw new WeftError('UNKNOWN', 'NOT_AN_EVENT_STREAM', 'The answer is no event stream.');
  }
}
