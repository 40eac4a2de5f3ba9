import { loadLoggingConfig } from './config';

describe('loadLoggingConfig', () => {
  it('stores 500 events at once by default', () => {
    expect(loadLoggingConfig({})).toEqual({ batchMax: 500 });
  });

  it.each(['0', '10001', 'many'])('refuses batches of %s, naming the variable', (value) => {
    expect(() => loadLoggingConfig({ WEFT_LOGGING_BATCH_MAX: value })).toThrow(/WEFT_LOGGING_BATCH_MAX/);
  });
});
