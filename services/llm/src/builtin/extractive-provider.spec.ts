import { common } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { countTokens } from '@weft/tokens';
import { collect, openBounds, passageOf, requestOf, textOf } from '../requests.fixture';
import { ExtractiveProvider } from './extractive-provider';

const provider = new ExtractiveProvider();
const passages = [passageOf(1, 'The gateway owns API keys.')];
const parameters = (fields: Partial<common.GenerationParameters>) => ({
  passages,
  parameters: common.GenerationParameters.fromPartial(fields),
});

describe('ExtractiveProvider', () => {
  it('streams the text of the whole answer word by word', async () => {
    const request = requestOf('Who owns API keys?', { passages });
    const whole = await provider.generate(request, openBounds());
    const { events } = await collect(await provider.streamGenerate(request, openBounds()));
    const deltas = events.filter(({ kind }) => kind === 'text');
    expect([textOf(events), deltas.length > 10]).toEqual([whole.message.content, true]);
  });

  it('counts its usage, passages included, and does not call it an estimate', async () => {
    const generate = (given: typeof passages) =>
      provider.generate(requestOf('Who owns API keys?', { passages: given }), openBounds());
    const { usage, message } = await generate(passages);
    const without = (await generate([])).usage!;
    expect(usage).toEqual({
      inputTokens: without.inputTokens + countTokens(passages[0]!.text),
      outputTokens: countTokens(message.content),
      cachedInputTokens: 0,
      reasoningTokens: 0,
      estimated: false,
    });
  });

  it('ends at the token limit with the reason LENGTH', async () => {
    const { message, finishReason } = await provider.generate(
      requestOf('x', parameters({ maxOutputTokens: 5 })),
      openBounds(),
    );
    expect([countTokens(message.content) <= 5, message.content !== '', finishReason]).toEqual([
      true,
      true,
      common.FinishReason.LENGTH,
    ]);
  });

  it('ends before a stop text', async () => {
    const { message } = await provider.generate(
      requestOf('x', parameters({ stop: [', made'] })),
      openBounds(),
    );
    expect(message.content).toBe('This is an extractive answer');
  });

  it('stops when it is aborted', async () => {
    const bounds = openBounds();
    const gone = new WeftError('CANCELLED', 'CALLER_GONE', 'gone');
    const received: string[] = [];
    const read = async () => {
      for await (const event of await provider.streamGenerate(requestOf('x'), bounds)) {
        received.push(event.kind);
        if (received.length === 3) bounds.controller.abort(gone);
      }
    };
    await expect(read()).rejects.toBe(gone);
    expect(received).toEqual(['started', 'text', 'text']);
  });
});
