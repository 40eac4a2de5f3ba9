import { loadRetrievalConfig } from './config';

describe('loadRetrievalConfig', () => {
  it('has a default for every setting', () => {
    expect(loadRetrievalConfig({})).toMatchObject({
      documentBytesMax: 33_554_432,
      vectorWeight: 0.3,
      chunksMax: 4000,
    });
  });

  it('reads the weight of vectors as a number', () => {
    expect(loadRetrievalConfig({ WEFT_SEARCH_VECTOR_WEIGHT: '0.55' }).vectorWeight).toBe(0.55);
  });

  it.each(['1.5', '-0.1', 'half'])('refuses the weight %s, naming the variable and an example', (value) => {
    expect(() => loadRetrievalConfig({ WEFT_SEARCH_VECTOR_WEIGHT: value })).toThrow(
      /WEFT_SEARCH_VECTOR_WEIGHT: must be a number from 0 to 1.*Example: WEFT_SEARCH_VECTOR_WEIGHT=0.3/,
    );
  });
});
