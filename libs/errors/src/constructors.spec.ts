import {
  alreadyExists,
  internal,
  invalidField,
  invalidFields,
  notFound,
  unavailable,
  WeftError,
} from './index';

describe('invalidFields', () => {
  it('is INVALID_ARGUMENT with the violations', () => {
    const violations = [
      { field: 'name', description: 'must be set' },
      { field: 'spec.model', description: 'must be set' },
    ];
    expect(invalidFields(violations)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'INVALID_REQUEST',
      violations,
    });
  });

  it('says in its message what is wrong with each field', () => {
    const error = invalidFields([
      { field: 'name', description: 'must be set' },
      { field: 'spec.model', description: 'is unknown' },
    ]);
    expect(error.message).toBe('name: must be set; spec.model: is unknown');
  });

  it('can have a reason of its own', () => {
    expect(invalidFields([], 'BAD_FILTER').reason).toBe('BAD_FILTER');
  });
});

describe('invalidField', () => {
  it('names the one field', () => {
    expect(invalidField('page_token', 'is damaged', 'BAD_PAGE_TOKEN')).toMatchObject({
      reason: 'BAD_PAGE_TOKEN',
      violations: [{ field: 'page_token', description: 'is damaged' }],
    });
  });
});

describe('notFound', () => {
  it.each([
    ['document', 'DOCUMENT_NOT_FOUND'],
    ['prompt version', 'PROMPT_VERSION_NOT_FOUND'],
    ['API key', 'API_KEY_NOT_FOUND'],
  ])('of a %s has the reason %s', (resource, reason) => {
    expect(notFound(resource, 'x')).toMatchObject({ code: 'NOT_FOUND', reason });
  });

  it('says what there is none of', () => {
    const { message, metadata } = notFound('document', 'a.md');
    expect([message, metadata]).toEqual([
      "There is no document 'a.md'.",
      { resource: 'document', name: 'a.md' },
    ]);
  });
});

describe('alreadyExists', () => {
  it('is ALREADY_EXISTS with the resource in its reason', () => {
    expect(alreadyExists('collection', 'docs')).toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'COLLECTION_EXISTS',
      metadata: { resource: 'collection', name: 'docs' },
    });
  });
});

describe('unavailable', () => {
  it('may be tried again in a second', () => {
    expect(unavailable('PROVIDER_DOWN', 'It is down.')).toMatchObject({
      code: 'UNAVAILABLE',
      retryDelayMs: 1000,
    });
  });

  it('may name another delay', () => {
    expect(unavailable('PROVIDER_DOWN', 'It is down.', { retryDelayMs: 30_000 }).retryDelayMs).toBe(30_000);
  });
});

describe('internal', () => {
  it('keeps its cause', () => {
    const cause = new Error('why');
    expect(internal('impossible', cause)).toMatchObject({ code: 'INTERNAL', reason: 'INTERNAL', cause });
  });
});

describe('WeftError', () => {
  it('is an Error', () => {
    expect(internal('x')).toBeInstanceOf(Error);
  });

  it('has no metadata, violations or delay unless they are given', () => {
    const { metadata, violations, retryDelayMs } = new WeftError('ABORTED', 'R', 'm');
    expect({ metadata, violations, retryDelayMs }).toEqual({
      metadata: {},
      violations: [],
      retryDelayMs: undefined,
    });
  });
});
