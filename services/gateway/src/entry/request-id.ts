import { newId } from '@weft/runtime';

/** The client's own request id where it can be taken over, else a new one. */
export function requestIdOf(offered: string | undefined): string {
  return offered !== undefined && /^[A-Za-z0-9_-]{1,128}$/.test(offered) ? offered : newId();
}
