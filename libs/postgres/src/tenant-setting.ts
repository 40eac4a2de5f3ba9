import { internal } from '@weft/errors';

import { ALL_TENANTS, type TenantScope } from './database';

/** The value of `weft.tenant_id` that the policies take for every tenant. No tenant can have it as its id. */
const everyTenant = '*';

/** The value of the setting `weft.tenant_id` for a scope. Throws INTERNAL for an id that is none, so that no caller's input widens the scope. */
export function tenantSetting(scope: TenantScope): string {
  if (scope === ALL_TENANTS) return everyTenant;
  if (typeof scope !== 'string' || scope === '' || scope === everyTenant)
    throw internal('Work on the database needs the id of a tenant.');
  return scope;
}
