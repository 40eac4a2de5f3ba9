import { invalidField } from '@weft/errors';
import { isPromptName } from './prompt-names';

/** The name that a page of prompts begins after; empty on the first page. */
export function readNameKey(after: unknown[] | undefined): string {
  if (after === undefined) return '';
  const [name] = after;
  if (typeof name !== 'string' || !isPromptName(name)) throw badToken();
  return name;
}

/** The version that a page of versions ends before; none is as high on the first page. */
export function readVersionKey(after: unknown[] | undefined): number {
  if (after === undefined) return Number.MAX_SAFE_INTEGER;
  const [version] = after;
  if (!Number.isSafeInteger(version) || (version as number) < 1) throw badToken();
  return version as number;
}

function badToken(): Error {
  return invalidField('page_token', 'is not a token that this list returned', 'BAD_PAGE_TOKEN');
}
