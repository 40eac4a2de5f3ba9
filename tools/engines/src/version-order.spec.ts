import * as fc from 'fast-check';
import { isAtLeast } from './version-order';

it.each([
  ['0.8.2', '0.8.2', true],
  ['0.8.10', '0.8.2', true],
  ['0.9', '0.8.2', true],
  ['0.8', '0.8.2', false],
  ['0.8.1', '0.8.2', false],
  ['2.12.0-beta.1', '2.11.0', true],
  ['v2.11.0', '2.11.0', true],
  ['2.9.25', '2.11.0', false],
  ['unknown', '0.0.1', false],
])('%s is at least %s: %s', (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected);
});

it('orders any two versions one way or the other', () => {
  const version = fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join('.'));
  fc.assert(fc.property(version, version, (one, other) => isAtLeast(one, other) || isAtLeast(other, one)));
});
