import { grants } from './scopes';

describe('grants', () => {
  test.each([
    [['chat:write'], 'chat:write', true],
    [['chat:write'], 'chat:read', false],
    [['chat:write'], 'keys:write', false],
    [['*'], 'keys:write', true],
    [['*'], 'tenants:admin', false],
    [['tenants:admin'], 'tenants:admin', true],
    [['*', 'tenants:admin'], 'tenants:admin', true],
    [['tenants:admin'], 'chat:write', false],
    [[], 'chat:write', false],
  ])('%j for %s: %s', (scopes, scope, expected) => {
    expect(grants(scopes, scope)).toBe(expected);
  });
});
