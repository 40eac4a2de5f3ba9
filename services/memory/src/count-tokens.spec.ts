import { common } from '@weft/contracts';
import fc from 'fast-check';
import { countMessageTokens, countTokens } from './count-tokens';

const message = (change: Partial<common.Message>) =>
  common.Message.create({ role: common.Role.USER, ...change });

describe('countTokens', () => {
  it.each([
    ['', 0],
    ['hello world', 2],
    ['The quick brown fox jumps over the lazy dog.', 10],
  ])('counts %j as o200k_base does', (text, count) => {
    expect(countTokens(text)).toBe(count);
  });

  it('counts what looks like a command as the text it is', () => {
    expect(countTokens('<|endoftext|>')).toBeGreaterThan(1);
  });

  it('never counts more tokens than bytes, nor none for some text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 400 }), (text) => {
        const count = countTokens(text);
        expect(count > 0 && count <= Buffer.byteLength(text)).toBe(true);
      }),
    );
  });

  it('counts a run without an end about as its parts', () => {
    const run = 'abcdefgh'.repeat(64);
    expect(Math.abs(countTokens(run.repeat(4)) - 4 * countTokens(run))).toBeLessThanOrEqual(4);
  });

  it('is done with a million characters without a border', () => {
    expect(countTokens('漢'.repeat(1_000_000))).toBeGreaterThan(100_000);
  });
});

describe('countMessageTokens', () => {
  it('counts the text', () => {
    expect(countMessageTokens(message({ content: 'hello world' }))).toBe(2);
  });

  it('counts the names and arguments of tool calls', () => {
    const toolCalls = [{ id: 'call-1', name: 'hello', argumentsJson: 'hello world' }];
    expect(countMessageTokens(message({ toolCalls }))).toBe(3);
  });
});
