import { methodPolicies, methodPolicy } from './index';
import { domainOf } from './method-policy';

describe('methodPolicy', () => {
  it('says what the contract declares', () => {
    const { domain, exposure, scope, deadlineMs, idempotency, kind } = methodPolicy(
      '/weft.safety.v1.SafetyService/StreamScreenText',
    )!;
    expect({ domain, exposure, scope, deadlineMs, idempotency, kind }).toEqual({
      domain: 'safety',
      exposure: 'public',
      scope: 'safety:screen',
      deadlineMs: 600_000,
      idempotency: 'no_side_effects',
      kind: 'bidi_streaming',
    });
  });

  it.each([
    ['/weft.prompt.v1.PromptService/CreatePrompt', 'none'],
    ['/weft.prompt.v1.PromptService/DeletePrompt', 'idempotent'],
    ['/weft.prompt.v1.PromptService/GetPrompt', 'no_side_effects'],
  ])('of %s is idempotency %s', (path, idempotency) => {
    expect(methodPolicy(path)?.idempotency).toBe(idempotency);
  });

  it('knows methods that are for services alone', () => {
    expect(methodPolicy('/weft.cache.v1.CacheService/LookupEntry')?.exposure).toBe('internal');
  });

  it('knows nothing of what no contract has', () => {
    expect(methodPolicy('/grpc.health.v1.Health/Check')).toBeUndefined();
  });

  it('has a method for each of the eleven domains', () => {
    expect(new Set([...methodPolicies().values()].map(({ domain }) => domain)).size).toBe(11);
  });
});

describe('domainOf', () => {
  it.each(['/weft.retrieval.v1.SearchService/SearchDocuments', 'weft.retrieval.v1.SearchService'])(
    'of %s',
    (name) => {
      expect(domainOf(name)).toBe('retrieval');
    },
  );

  it('of what is not of weft is an error', () => {
    expect(() => domainOf('/grpc.health.v1.Health/Check')).toThrow('not of a weft contract');
  });
});
