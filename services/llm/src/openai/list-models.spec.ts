import { readModelList } from './list-models';

const read = (...data: unknown[]) => readModelList(JSON.stringify({ data }));

describe('readModelList', () => {
  it("keeps the provider's order", () => {
    expect(read({ id: 'b' }, { id: 'a' }).map(({ name }) => name)).toEqual(['b', 'a']);
  });

  it.each([{ context_length: 4096 }, { max_model_len: 4096 }, { context_window: 4096 }])(
    'reads the window %j',
    (fields) => {
      expect(read({ id: 'm', ...fields })[0]?.contextWindowTokens).toBe(4096);
    },
  );

  it('does not know a window that is not told', () => {
    expect(read({ id: 'm' })[0]?.contextWindowTokens).toBe(0);
  });

  it('believes what the provider says of tools', () => {
    const models = read(
      { id: 'a', supported_parameters: ['tools'] },
      { id: 'b', supported_parameters: ['seed'] },
    );
    expect(models.map(({ supportsTools }) => supportsTools)).toEqual([true, false]);
  });

  it.each(['text-embedding-3-small', 'whisper-1', 'dall-e-3', 'tts-1', 'omni-moderation-latest'])(
    'does not take %s for a chat model',
    (id) => {
      expect(read({ id })[0]?.isChatModel).toBe(false);
    },
  );

  it('passes over entries without a name', () => {
    expect(read({ id: 'm' }, {}, null).map(({ name }) => name)).toEqual(['m']);
  });

  it.each(['', 'null', '{}', '{"data":{}}', '<html>'])('refuses %j as malformed', (body) => {
    expect(() => readModelList(body)).toThrow(
      expect.objectContaining({ reason: 'PROVIDER_STREAM_MALFORMED' }),
    );
  });
});
