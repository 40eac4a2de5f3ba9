import { common } from '@weft/contracts';
import { type WeftError } from '@weft/errors';
import fc from 'fast-check';
import { compilePrompt } from './compile-prompt';
import { renderPrompt } from './render-prompt';
import { createTimeLimit } from './time-limit';

const withinTime = createTimeLimit(2_000);
const anything = (...names: string[]) => ({
  properties: Object.fromEntries(names.map((name) => [name, {}])),
});

function render(
  template: string,
  variables: Record<string, unknown>,
  schema: object = anything(...Object.keys(variables)),
) {
  const content = {
    messages: [{ role: common.Role.USER, template }],
    variablesSchemaJson: JSON.stringify(schema),
  };
  return renderPrompt(compilePrompt(content, withinTime), variables, withinTime)[0]!.content;
}

function failure(work: () => unknown): WeftError {
  try {
    work();
  } catch (error) {
    return error as WeftError;
  }
  throw new Error('it did not fail');
}
const fieldsOf = (work: () => unknown) => failure(work).violations.map(({ field }) => field);

describe('renderPrompt', () => {
  it('fills in variables', () => {
    expect(render('Answer in {{ language }}.', { language: 'German' })).toBe('Answer in German.');
  });

  it('writes text exactly as it was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(render('{{ text }}', { text })).toBe(text);
      }),
    );
  });

  it('never takes what is in a variable for a template', () => {
    expect(render('{{ text }}', { text: '{{ 1 | plus: 1 }}{% raw %}' })).toBe('{{ 1 | plus: 1 }}{% raw %}');
  });

  it('names each variable that the schema refuses', () => {
    const schema = {
      type: 'object',
      properties: {
        count: { type: 'integer' },
        user: { type: 'object', required: ['name'] },
        tags: { items: { type: 'string' } },
      },
      required: ['count', 'language'],
      additionalProperties: false,
    };
    const variables = { count: 'many', user: {}, tags: ['a', 1], extra: true };
    expect(fieldsOf(() => render('x', variables, schema)).sort()).toEqual([
      'variables.count',
      'variables.extra',
      'variables.language',
      'variables.tags[1]',
      'variables.user.name',
    ]);
  });

  it('does not take what an object inherits for a variable that is set', () => {
    const schema = { properties: { constructor: {} }, required: ['constructor'] };
    expect(fieldsOf(() => render('x', {}, schema))).toEqual(['variables.constructor']);
  });

  it('checks formats', () => {
    const schema = { properties: { day: { type: 'string', format: 'date' } } };
    expect(fieldsOf(() => render('{{ day }}', { day: 'tomorrow' }, schema))).toEqual(['variables.day']);
  });

  it('refuses variables when the prompt declares none', () => {
    const compiled = compilePrompt(
      { messages: [{ role: common.Role.USER, template: 'x' }], variablesSchemaJson: '' },
      withinTime,
    );
    expect(fieldsOf(() => renderPrompt(compiled, { a: 1 }, withinTime))).toEqual(['variables.a']);
  });

  it('names a variable that is used but neither required nor given', () => {
    expect(fieldsOf(() => render('Be {{ tone }}.', {}, anything('tone')))).toEqual(['variables.tone']);
  });

  it('lets a template ask whether a variable is given', () => {
    expect(render('{% if tone %}{{ tone }}{% else %}plain{% endif %}', {}, anything('tone'))).toBe('plain');
  });

  it.each(['{{ a.constructor }}', '{{ a.__proto__ }}', '{{ a["toString"] }}'])(
    'does not reach inherited properties: %s',
    (template) => {
      expect(failure(() => render(template, { a: {} })).code).toBe('INVALID_ARGUMENT');
    },
  );

  it.each([
    ['a long loop that writes', '{% for i in (1..3000) %}{{ text }}{% endfor %}'],
    [
      'a loop that captures',
      '{% capture c %}{% for i in (1..9000) %}{{ text }}{% endfor %}{% endcapture %}{{ c | size }}',
    ],
    [
      'text that doubles itself',
      '{% for i in (1..64) %}{% assign text = text | append: text %}{% endfor %}{{ text | size }}',
    ],
    ['an endless range', '{% for i in (1..1000000000) %}{% endfor %}'],
  ])('stops %s', (_what, template) => {
    expect(failure(() => render(template, { text: 'x'.repeat(1000) })).reason).toBe('PROMPT_TOO_LONG');
  });

  it('stops rendering that takes too long', () => {
    const slow =
      '{% for i in (1..4000) %}{% for j in (1..900) %}{% assign a = i | plus: j %}{% endfor %}{% endfor %}';
    const content = { messages: [{ role: common.Role.USER, template: slow }], variablesSchemaJson: '' };
    const compiled = compilePrompt(content, withinTime);
    expect(failure(() => renderPrompt(compiled, {}, createTimeLimit(20))).reason).toBe('RENDER_TOO_SLOW');
  });

  it('stops a pattern that backtracks without end', () => {
    const schema = { properties: { text: { type: 'string', pattern: '^(a+)+$' } } };
    const content = {
      messages: [{ role: common.Role.USER, template: 'x' }],
      variablesSchemaJson: JSON.stringify(schema),
    };
    const compiled = compilePrompt(content, withinTime);
    const text = `${'a'.repeat(60)}!`;
    expect(failure(() => renderPrompt(compiled, { text }, createTimeLimit(20))).reason).toBe(
      'RENDER_TOO_SLOW',
    );
  });

  it('refuses more values than it can check', () => {
    expect(fieldsOf(() => render('x', { list: Array.from({ length: 20_000 }, () => 1) }))).toEqual([
      'variables',
    ]);
  });

  it('does not quote variables in errors', () => {
    const error = failure(() => render('{{ secret | where_exp: "x", secret }}', { secret: 'hunter2 ((' }));
    expect(JSON.stringify([error.message, error.violations])).not.toContain('hunter2');
  });

  it('renders the same prompt again after one that was stopped', () => {
    const endless = { text: 'x'.repeat(1000) };
    failure(() => render('{% for i in (1..9000) %}{{ text }}{% endfor %}', endless));
    expect(render('{{ a }}', { a: 'fine' })).toBe('fine');
  });
});
