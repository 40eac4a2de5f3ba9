import { errorCodeFromNumber, errorCodes } from './index';

describe('errorCodeFromNumber', () => {
  it.each(Object.entries(errorCodes))('gives %s for its number', (name, number) => {
    expect(errorCodeFromNumber(number)).toBe(name);
  });

  it.each([0, 17, -1, 1.5, NaN])('gives UNKNOWN for %d', (number) => {
    expect(errorCodeFromNumber(number)).toBe('UNKNOWN');
  });
});

describe('errorCodes', () => {
  it('are the sixteen of gRPC', () => {
    expect(Object.values(errorCodes)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  });
});
