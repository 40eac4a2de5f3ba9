import { loadPromptConfig } from './config';

describe('loadPromptConfig', () => {
  it('has defaults', () => {
    expect(loadPromptConfig({})).toEqual({ renderTimeoutMs: 500, compiledVersionsMax: 500 });
  });

  it('names the variable that is wrong', () => {
    expect(() => loadPromptConfig({ WEFT_PROMPT_RENDER_TIMEOUT_MS: 'soon' })).toThrow(
      /WEFT_PROMPT_RENDER_TIMEOUT_MS/,
    );
  });
});
