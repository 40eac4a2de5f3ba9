import { common } from '@weft/contracts';
import { type WeftError } from '@weft/errors';
import { compilePrompt } from './compile-prompt';
import { createTimeLimit } from './time-limit';

const withinTime = createTimeLimit(2_000);
const schemaOf = (...names: string[]) =>
  JSON.stringify({ type: 'object', properties: Object.fromEntries(names.map((name) => [name, {}])) });
const compile = (template: string, variablesSchemaJson = '') =>
  compilePrompt({ messages: [{ role: common.Role.USER, template }], variablesSchemaJson }, withinTime);

function violationsOf(work: () => unknown): WeftError['violations'] {
  try {
    work();
  } catch (error) {
    return (error as WeftError).violations;
  }
  return [];
}

describe('compilePrompt', () => {
  it('accepts a template whose variables are declared', () => {
    expect(violationsOf(() => compile('Answer in {{ language }}.', schemaOf('language')))).toEqual([]);
  });

  it('names the message and the line of a template that does not parse', () => {
    expect(violationsOf(() => compile('one\ntwo {{ oops', schemaOf('oops')))).toEqual([
      { field: 'messages[0].template', description: expect.stringMatching(/^line 2: .*not closed$/) },
    ]);
  });

  it('names the message, the line and the variable that is not declared', () => {
    expect(violationsOf(() => compile('one\n{{ language }}', schemaOf('tone')))).toEqual([
      {
        field: 'messages[0].template',
        description: "line 2: variables_schema_json does not declare the variable 'language'",
      },
    ]);
  });

  it('takes no schema as one that declares nothing', () => {
    expect(violationsOf(() => compile('{{ language }}'))).toHaveLength(1);
  });

  it('tells every fault at once', () => {
    const content = {
      messages: ['{{ a', '{{ b }}', '{% nope %}'].map((template) => ({ role: common.Role.USER, template })),
      variablesSchemaJson: '',
    };
    expect(violationsOf(() => compilePrompt(content, withinTime)).map(({ field }) => field)).toEqual([
      'messages[0].template',
      'messages[1].template',
      'messages[2].template',
    ]);
  });

  it.each([
    ['a loop', '{% for item in items %}{{ item.name }} {{ forloop.index }}{% endfor %}'],
    ['an assignment', '{% assign first = items[0] %}{{ first }}'],
    ['a capture', '{% capture text %}{{ items }}{% endcapture %}{{ text }}'],
  ])('does not ask for names that %s makes', (_what, template) => {
    expect(violationsOf(() => compile(template, schemaOf('items')))).toEqual([]);
  });

  it.each([
    '{% include "secret" %}',
    '{% render "secret" %}',
    '{% layout "secret" %}',
    '{% block a %}{% endblock %}',
  ])('knows no tag that reaches another template: %s', (template) => {
    expect(violationsOf(() => compile(template))).toHaveLength(1);
  });

  it('refuses a filter that does not exist', () => {
    expect(violationsOf(() => compile('{{ a | shout }}', schemaOf('a')))).toHaveLength(1);
  });

  it('refuses a template that is nested without end, and lives', () => {
    const depth = 15_000;
    expect(
      violationsOf(() => compile('{%if a%}'.repeat(depth) + '{%endif%}'.repeat(depth - 10), schemaOf('a'))),
    ).toHaveLength(1);
  });

  it.each([
    ['text that is not JSON', '{'],
    ['a list', '[]'],
    ['text', '"object"'],
    ['a type that there is not', '{"type":"thing"}'],
    ['a pattern that is none', '{"properties":{"a":{"pattern":"("}}}'],
    ['a reference to nowhere', '{"$ref":"#/$defs/nowhere"}'],
    ['a reference to another document', '{"$ref":"https://example.com/schema.json"}'],
    ['a reference to itself without end', '{"allOf":[{"$ref":"#"}]}'],
    ['an older dialect', '{"$schema":"http://json-schema.org/draft-04/schema#"}'],
  ])('refuses %s as schema, naming the field', (_what, schema) => {
    expect(violationsOf(() => compile('x', schema)).map(({ field }) => field)).toEqual([
      'variables_schema_json',
    ]);
  });

  it.each([
    ['properties', { properties: { a: {} } }],
    ['allOf', { allOf: [{ properties: { a: {} } }] }],
    ['a condition', { if: {}, then: { properties: { a: {} } } }],
    ['a reference', { $ref: '#/$defs/x', $defs: { x: { properties: { a: {} } } } }],
    ['a dependent schema', { properties: { b: {} }, dependentSchemas: { b: { properties: { a: {} } } } }],
  ])('finds names that %s declares', (_what, schema) => {
    expect(violationsOf(() => compile('{{ a }}', JSON.stringify(schema)))).toEqual([]);
  });

  it('keeps schemas with the same $id apart', () => {
    const withId = (name: string) =>
      JSON.stringify({ $id: 'https://acme.example/s', properties: { [name]: {} } });
    compile('{{ a }}', withId('a'));
    expect(violationsOf(() => compile('{{ b }}', withId('b')))).toEqual([]);
  });
});
