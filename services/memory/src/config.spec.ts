import { loadMemoryConfig } from './config';

describe('loadMemoryConfig', () => {
  it('allows 100,000 messages by default', () => {
    expect(loadMemoryConfig({})).toEqual({ messagesMax: 100_000 });
  });

  it('names the variable that is wrong', () => {
    expect(() => loadMemoryConfig({ WEFT_MEMORY_MESSAGES_MAX: '-1' })).toThrow(/WEFT_MEMORY_MESSAGES_MAX/);
  });
});
