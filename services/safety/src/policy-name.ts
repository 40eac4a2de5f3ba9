import { notFound } from '@weft/errors';

/** Names as CreatePolicyRequest allows them. */
const pattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/**
 * Returns the name; throws NOT_FOUND for one that no policy can have, which spares the database text that it
 * cannot take.
 */
export function checkPolicyName(name: string): string {
  if (!isPolicyName(name)) throw notFound('policy', name);
  return name;
}

export function isPolicyName(name: unknown): name is string {
  return typeof name === 'string' && pattern.test(name);
}
