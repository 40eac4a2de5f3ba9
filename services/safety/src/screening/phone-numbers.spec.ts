import fc from 'fast-check';
import { getCountryCallingCode, isValidPhoneNumber } from 'libphonenumber-js/max';
import { getCountries } from 'libphonenumber-js/max';
import { createPhoneNumbers } from './phone-numbers';

/** Digits after a calling code that exists, or after any digits. */
const afterPlus = fc
  .tuple(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...getCountries()).map(getCountryCallingCode) },
      fc.constantFrom('800', '808', '878', '999', '0', '21'),
    ),
    fc.stringMatching(/^[0-9]{4,12}$/),
  )
  .map(([code, rest]) => code + rest);

describe('a number after +', () => {
  it('is valid where libphonenumber says so', () => {
    const { international } = createPhoneNumbers('US');
    fc.assert(
      fc.property(afterPlus, (digits) => {
        const found = international(digits);
        const valid = found !== undefined && found.plan.isNumber(digits.slice(found.codeLength));
        expect([digits, valid]).toEqual([digits, isValidPhoneNumber(`+${digits}`)]);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('a national number', () => {
  it.each(['US', 'GB', 'DE', 'FR', 'ES', 'IT', 'JP', 'IN', 'CH'] as const)(
    'of %s is valid where libphonenumber says so',
    (country) => {
      const { national } = createPhoneNumbers(country);
      const digits = fc
        .stringMatching(/^[0-9]{8,11}$/)
        .filter((text) => !text.startsWith(getCountryCallingCode(country)) && !text.startsWith('00'));
      fc.assert(
        fc.property(digits, (text) => {
          expect([text, national.isNumber(text)]).toEqual([text, isValidPhoneNumber(text, country)]);
        }),
        { numRuns: 500 },
      );
    },
  );
});
