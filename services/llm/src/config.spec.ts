import { loadLlmConfig } from './config';

describe('loadLlmConfig', () => {
  it('has no provider when none is set', () => {
    expect(loadLlmConfig({}).openai).toBeUndefined();
  });

  it('reaches the OpenAI API with a key alone', () => {
    expect(loadLlmConfig({ OPENAI_API_KEY: 'k' }).openai).toMatchObject({
      baseUrl: 'https://api.openai.com/v1',
      apiKey: 'k',
    });
  });

  it('needs no key with a base URL', () => {
    expect(loadLlmConfig({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1/' }).openai).toMatchObject({
      baseUrl: 'http://127.0.0.1:9/v1',
      apiKey: undefined,
    });
  });

  it('waits 30 s for content by default', () => {
    expect(loadLlmConfig({ OPENAI_API_KEY: 'k' }).openai?.idleTimeoutMs).toBe(30_000);
  });

  it.each(['nonsense', 'ftp://host/v1', 'http://user:secret@host/v1', 'http://host/v1?key=secret'])(
    'refuses the base URL %s, names the variable and does not repeat the value',
    (url) => {
      expect(() => loadLlmConfig({ OPENAI_BASE_URL: url })).toThrow(
        expect.objectContaining({
          reason: 'BAD_CONFIGURATION',
          message: expect.stringMatching(/^OPENAI_BASE_URL(?!.*secret)/),
        }),
      );
    },
  );

  it('refuses a default model that is the alias itself', () => {
    expect(() => loadLlmConfig({ WEFT_DEFAULT_MODEL: 'default' })).toThrow('WEFT_DEFAULT_MODEL');
  });

  it('refuses an idle time of 0', () => {
    expect(() => loadLlmConfig({ WEFT_PROVIDER_IDLE_TIMEOUT_MS: '0' })).toThrow(
      'WEFT_PROVIDER_IDLE_TIMEOUT_MS',
    );
  });
});
