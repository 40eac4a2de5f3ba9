import { common } from '@weft/contracts';
import fc from 'fast-check';
import { contentDigest, type PromptContent } from './prompt-content';

const base: PromptContent = {
  messages: [{ role: common.Role.SYSTEM, template: 'Hello' }],
  variablesSchemaJson: '{"type":"object","properties":{"a":{},"b":{}}}',
};

describe('contentDigest', () => {
  it('is 64 hexadecimal characters', () => {
    expect(contentDigest(base)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('does not depend on space or the order of keys in the schema', () => {
    const rewritten = '{ "properties": { "b": {}, "a": {} },\n "type": "object" }';
    expect(contentDigest({ ...base, variablesSchemaJson: rewritten })).toBe(contentDigest(base));
  });

  it.each<[string, PromptContent]>([
    ['role', { ...base, messages: [{ role: common.Role.USER, template: 'Hello' }] }],
    ['template', { ...base, messages: [{ role: common.Role.SYSTEM, template: 'Hello ' }] }],
    ['number of messages', { ...base, messages: [...base.messages, ...base.messages] }],
    ['schema', { ...base, variablesSchemaJson: '{}' }],
    ['presence of a schema', { ...base, variablesSchemaJson: '' }],
  ])('differs when only the %s differs', (_what, other) => {
    expect(contentDigest(other)).not.toBe(contentDigest(base));
  });

  it('is equal exactly when the content is', () => {
    const message = fc.record({
      role: fc.constantFrom(common.Role.SYSTEM, common.Role.USER),
      template: fc.constantFrom('', '"', 'a', 'a"},{"b', '\\'),
    });
    const content = fc.record({
      messages: fc.array(message, { maxLength: 2 }),
      variablesSchemaJson: fc.constantFrom('', '{}', '{"a":1}', '{"a":"1"}'),
    });
    fc.assert(
      fc.property(content, content, (a, b) => {
        expect(contentDigest(a) === contentDigest(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 500 },
    );
  });
});
