import { type Tool } from './tool';
import { ToolRegistry } from './tool-registry';

const parametersSchema = { type: 'object', properties: {}, additionalProperties: false };
const named = (name: string): Tool => ({
  name,
  description: '',
  parametersSchema,
  idempotent: true,
  invoke: () => Promise.resolve(null),
});

describe('the registry', () => {
  it('lists tools by name', () => {
    const registry = new ToolRegistry([named('b'), named('c'), named('a')]);
    expect(registry.list('a', 1).map(({ name }) => name)).toEqual(['b']);
  });

  it.each([
    ['two tools of one name', [named('a'), named('a')]],
    ['a name that models cannot call', [named('a b')]],
    ['a schema that is none', [{ ...named('a'), parametersSchema: { type: 'objekt' } }]],
  ])('refuses %s', (_, tools) => {
    expect(() => new ToolRegistry(tools)).toThrow();
  });
});
