import { availableParallelism } from 'node:os';
import { loadEmbeddingConfig } from './config';

describe('loadEmbeddingConfig', () => {
  it('takes the built-in model and all cores but one by default', () => {
    expect(loadEmbeddingConfig({})).toMatchObject({
      defaultModel: 'builtin-use-lite',
      workers: Math.max(1, availableParallelism() - 1),
      openai: undefined,
    });
  });

  it.each([
    [
      'a base URL alone',
      { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' },
      { baseUrl: 'http://127.0.0.1:1/v1', apiKey: undefined },
    ],
    ['a key alone', { OPENAI_API_KEY: 'sk-1' }, { baseUrl: 'https://api.openai.com/v1', apiKey: 'sk-1' }],
  ])('takes a provider from %s', (_what, env, openai) => {
    expect(loadEmbeddingConfig(env).openai).toMatchObject(openai);
  });

  it.each([
    ['OPENAI_BASE_URL', { OPENAI_BASE_URL: 'ftp://example.com' }],
    ['OPENAI_BASE_URL', { OPENAI_BASE_URL: 'not a url' }],
    ['WEFT_EMBEDDING_WORKERS', { WEFT_EMBEDDING_WORKERS: '0' }],
    ['WEFT_EMBEDDING_MODEL', { WEFT_EMBEDDING_MODEL: 'text-embedding-3-small' }],
  ])('stops the start, naming %s', (variable, env) => {
    expect(() => loadEmbeddingConfig(env)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(variable) }),
    );
  });

  it('takes the model of a provider as default when there is one', () => {
    const env = { WEFT_EMBEDDING_MODEL: 'text-embedding-3-small', OPENAI_API_KEY: 'sk-1' };
    expect(loadEmbeddingConfig(env).defaultModel).toBe('text-embedding-3-small');
  });
});
