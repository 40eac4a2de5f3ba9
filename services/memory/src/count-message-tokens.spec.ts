import { common } from '@weft/contracts';
import { countMessageTokens } from './count-message-tokens';

const message = (change: Partial<common.Message>) =>
  common.Message.create({ role: common.Role.USER, ...change });

describe('countMessageTokens', () => {
  it('counts the text', () => {
    expect(countMessageTokens(message({ content: 'hello world' }))).toBe(2);
  });

  it('counts the names and arguments of tool calls', () => {
    const toolCalls = [{ id: 'call-1', name: 'hello', argumentsJson: 'hello world' }];
    expect(countMessageTokens(message({ toolCalls }))).toBe(3);
  });
});
