/** Lets a key act on other tenants. `*` does not contain it: it must be listed by name. */
export const tenantsAdminScope = 'tenants:admin';

/** Every scope within the tenant. */
export const everyScope = '*';

/** Whether a key with `scopes` may do what needs `scope`. */
export function grants(scopes: readonly string[], scope: string): boolean {
  return scopes.includes(scope) || (scope !== tenantsAdminScope && scopes.includes(everyScope));
}
