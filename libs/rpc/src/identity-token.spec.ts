import fc from 'fast-check';
import { createIdentityTokens } from './index';
import { testCaller, testTokens } from './testing/both-transports';

const refused = expect.objectContaining({ code: 'UNAUTHENTICATED', reason: 'INTERNAL_IDENTITY_INVALID' });

describe('identity tokens', () => {
  it('give back the caller that they were minted for', () => {
    const name = fc.string({ unit: 'binary' });
    const callers = fc.record({
      identity: fc.record({
        tenantId: name,
        principal: fc.record({ kind: fc.constantFrom('api_key' as const, 'service' as const), id: name }),
        scopes: fc.array(name),
      }),
      requestId: name,
      deadline: fc.integer({ min: Date.now() + 60_000, max: Date.now() + 1e12 }),
    });
    fc.assert(
      fc.property(callers, (caller) => {
        expect(testTokens.verify(testTokens.mint(caller))).toEqual(caller);
      }),
    );
  });

  it('are refused when any character was changed', () => {
    const token = testTokens.mint(testCaller());
    const signatureAt = token.indexOf('.') + 1;
    fc.assert(
      fc.property(fc.nat(token.length - 2), fc.constantFrom('A', 'z', '0', '.', '-'), (index, character) => {
        fc.pre(token[index] !== character && index !== signatureAt - 1);
        expect(() => testTokens.verify(token.slice(0, index) + character + token.slice(index + 1))).toThrow(
          refused,
        );
      }),
    );
  });

  it.each([undefined, '', '.', 'a.b', 'a.b.c', `${testTokens.mint(testCaller())}.x`])(
    '%j is none',
    (token) => {
      expect(() => testTokens.verify(token)).toThrow(refused);
    },
  );

  it('are good for a moment after their deadline, since clocks differ', () => {
    const token = testTokens.mint(testCaller({ deadline: Date.now() - 2000 }));
    expect(testTokens.verify(token).requestId).toBe('request-1');
  });

  it('are refused once that moment has passed', () => {
    const token = testTokens.mint(testCaller({ deadline: Date.now() - 6000 }));
    expect(() => testTokens.verify(token)).toThrow(refused);
  });

  it('need a secret of 32 bytes', () => {
    expect(() => createIdentityTokens(Buffer.alloc(31))).toThrow('at least 32 bytes');
  });
});
