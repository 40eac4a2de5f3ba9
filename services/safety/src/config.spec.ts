import { loadSafetyConfig } from './config';

describe('the settings', () => {
  it('have defaults', () => {
    expect(loadSafetyConfig({})).toEqual({ phoneCountry: 'US', policyTimeToLiveMs: 5000 });
  });

  it.each(['XX', 'us', 'constructor', 'Germany'])(
    'refuse %j as the country of telephone numbers, naming the variable',
    (country) => {
      expect(() => loadSafetyConfig({ WEFT_SAFETY_PHONE_COUNTRY: country })).toThrow(
        /^WEFT_SAFETY_PHONE_COUNTRY: .*Example/,
      );
    },
  );
});
