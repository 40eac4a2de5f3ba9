import { post } from './door';
import { startWeft, type WeftProcess } from './weft-process';

let weft: WeftProcess;

beforeAll(async () => {
  weft = await startWeft({ WEFT_SAMPLE: 'true' });
});
afterAll(() => weft?.stop());

const ask = (question: string) =>
  post(weft, '/v1/chat/completions', {
    model: 'assistant:docs',
    messages: [{ role: 'user', content: question }],
  });

describe('assistant:docs, with no key and no network', () => {
  it('answers a question about the README with the right passage cited', async () => {
    const { body } = await ask('Where is the admin key kept?');
    const cited = body.weft.citations.filter(
      ({ uri, text }: { uri: string; text: string }) =>
        uri === 'README.md' && text.includes('.weft/admin-key'),
    );
    expect([body.choices[0].message.content, cited.length > 0]).toEqual([
      expect.stringContaining('.weft/admin-key'),
      true,
    ]);
  });

  it('says plainly that its answer is extractive', async () => {
    const { body } = await ask('How are API keys stored?');
    expect(body.choices[0].message.content).toMatch(/^This is an extractive answer/);
  });

  it('cites passages whose spans are in the documents, with markers where it says', async () => {
    const { body } = await ask('How are API keys stored?');
    const { content, annotations } = body.choices[0].message;
    const markers = annotations.map(
      ({
        url_citation: { start_index, end_index },
      }: {
        url_citation: { start_index: number; end_index: number };
      }) => content.slice(start_index, end_index),
    );
    expect(markers.length > 0 && markers.every((marker: string) => /^\[\d+\]$/.test(marker))).toBe(true);
  });
});
