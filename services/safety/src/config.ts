import { type Environment, integerSetting, loadConfig } from '@weft/runtime';
import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';

/** Settings of the safety service. */
export interface SafetyConfig {
  /** The country whose national telephone numbers are known, ISO 3166-1 alpha-2. */
  phoneCountry: string;
  /** How long a policy that another process changed may still be applied as it was. */
  policyTimeToLiveMs: number;
}

/** Reads the settings of the safety service. */
export function loadSafetyConfig(env: Environment): SafetyConfig {
  const settings = loadConfig(
    {
      WEFT_SAFETY_PHONE_COUNTRY: z
        .string()
        .refine(
          (country) => /^[A-Z]{2}$/.test(country) && isSupportedCountry(country),
          'must be a country that telephone numbers are known of',
        )
        .default('US')
        .meta({
          description: 'the country whose national telephone numbers are recognized, as ISO 3166-1 alpha-2',
          example: 'DE',
        }),
      WEFT_SAFETY_POLICY_TTL_MS: integerSetting({
        min: 0,
        max: 3_600_000,
        default: 5000,
        description: 'how long policies are kept in memory before they are looked up again, in milliseconds',
      }),
    },
    env,
  );
  return {
    phoneCountry: settings.WEFT_SAFETY_PHONE_COUNTRY,
    policyTimeToLiveMs: settings.WEFT_SAFETY_POLICY_TTL_MS,
  };
}
