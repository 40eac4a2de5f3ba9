import { common } from '@weft/contracts';
import fc from 'fast-check';
import { closeWindow } from './close-window';

const { Role } = common;
interface Entry {
  place: number;
  message: common.Message;
}

const text = () => common.Message.create({ role: Role.USER, content: 'x' });
const calling = (...ids: string[]) =>
  common.Message.create({
    role: Role.ASSISTANT,
    toolCalls: ids.map((id) => ({ id, name: 't', argumentsJson: '{}' })),
  });
const result = (toolCallId: string) => common.Message.create({ role: Role.TOOL, toolCallId });
const entriesOf = (messages: common.Message[]): Entry[] =>
  messages.map((message, place) => ({ place, message }));
const places = (entries: Entry[]) => entries.map(({ place }) => place);

const id = fc.constantFrom('a', 'b', 'c');
const anyMessage = fc.oneof(
  fc.constant(text()),
  fc.array(id, { minLength: 1, maxLength: 2 }).map((ids) => calling(...ids)),
  id.map(result),
);

/** Written anew, without the tricks of the code: whether each result in the list has its call before it. */
function isClosed(entries: Entry[]): boolean {
  return entries.every(
    ({ message }, index) =>
      message.role !== Role.TOOL ||
      entries
        .slice(0, index)
        .some((earlier) => earlier.message.toolCalls.some((call) => call.id === message.toolCallId)),
  );
}

describe('closeWindow', () => {
  it('keeps messages without tools', () => {
    expect(places(closeWindow(entriesOf([text(), text()])))).toEqual([0, 1]);
  });

  it('keeps a result with its call', () => {
    expect(places(closeWindow(entriesOf([calling('a'), result('a'), text()])))).toEqual([0, 1, 2]);
  });

  it('begins after a result whose call did not fit', () => {
    expect(places(closeWindow(entriesOf([result('a'), result('b'), text()])))).toEqual([2]);
  });

  it('begins after a result whose call did not fit, although the same id is called again later', () => {
    expect(places(closeWindow(entriesOf([result('a'), text(), calling('a'), result('a')])))).toEqual([
      1, 2, 3,
    ]);
  });

  it('never holds a result without its call', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 12 }), (messages) => {
        expect(isClosed(closeWindow(entriesOf(messages)))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is the longest end of the list that holds no result without its call', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 12 }), (messages) => {
        const entries = entriesOf(messages);
        const ends = entries.map((_, begin) => entries.slice(begin)).concat([[]]);
        expect(places(closeWindow(entries))).toEqual(places(ends.find(isClosed)!));
      }),
      { numRuns: 1000 },
    );
  });
});
