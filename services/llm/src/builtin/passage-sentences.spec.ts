import { passageOf } from '../requests.fixture';
import { passageSentences } from './passage-sentences';

const sentences = (text: string) => passageSentences(passageOf(1, text)).map((sentence) => sentence.text);

describe('passageSentences', () => {
  it('cuts prose into sentences', () => {
    expect(sentences('The door opens at 8. It closes at 6.')).toEqual([
      'The door opens at 8.',
      'It closes at 6.',
    ]);
  });

  it('joins the wrapped lines of a paragraph', () => {
    expect(sentences('The door opens\nat eight.')).toEqual(['The door opens at eight.']);
  });

  it('takes list items apart and drops their marks', () => {
    expect(sentences('- the first item\n- the second item\n  goes on\n1. the third item')).toEqual([
      'the first item',
      'the second item goes on',
      'the third item',
    ]);
  });

  it('takes table rows apart and drops rulers', () => {
    expect(sentences('| port | meaning |\n|---|---|\n| 8080 | the HTTP port |')).toEqual([
      'port | meaning',
      '8080 | the HTTP port',
    ]);
  });

  it('takes table rows apart that have no bars at their ends', () => {
    expect(sentences('port | meaning\n8080 | the HTTP port')).toEqual([
      'port | meaning',
      '8080 | the HTTP port',
    ]);
  });

  it('leaves headings and fences out', () => {
    expect(sentences('# A heading of it\n```sh\nmake run all\n```')).toEqual(['make run all']);
  });

  it('keeps the text of links and drops their targets', () => {
    expect(sentences('See the [architecture](docs/architecture.md) first.')).toEqual([
      'See the architecture first.',
    ]);
  });

  it('leaves nothing that reads as the marker of a citation', () => {
    expect(sentences('As was shown before [2], it holds.')).toEqual(['As was shown before (2), it holds.']);
  });

  it('leaves out what has no words', () => {
    expect(sentences('1234567890 + 1234567890\n\nok')).toEqual([]);
  });
});
