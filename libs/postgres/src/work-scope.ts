/** Whose work it is: the owner's, or a service's for a tenant. */
export type WorkScope = 'owner' | { schema: string; role: string; tenantSetting: string };
