import { join } from 'node:path';
import { safety } from '@weft/contracts';
import { defineService } from '@weft/host';
import { implement } from '@weft/rpc';
import { loadSafetyConfig } from './config';
import { createPolicyHandler } from './policy-handler';
import { PolicyLookup } from './policy-lookup';
import { PostgresPolicyStore } from './postgres-policy-store';
import { createSafetyHandler } from './safety-handler';
import { createPhoneNumbers } from './screening/phone-numbers';

/** Keeps safety policies and screens text by them. */
export const safetyService = defineService({
  name: 'safety',
  loadConfig: loadSafetyConfig,
  migrationsFolder: join(__dirname, '..', 'migrations'),
  create({ config, database }) {
    const store = new PostgresPolicyStore(database);
    const lookup = new PolicyLookup(
      store,
      createPhoneNumbers(config.phoneCountry),
      config.policyTimeToLiveMs,
    );
    return {
      services: [
        implement(safety.SafetyServiceDefinition, createSafetyHandler({ lookup })),
        implement(safety.PolicyServiceDefinition, createPolicyHandler({ store, lookup })),
      ],
    };
  },
});
