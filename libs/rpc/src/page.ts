import { createHash } from 'node:crypto';
import { invalidField, type WeftError } from '@weft/errors';

const pageSizeDefault = 50;
const pageSizeMax = 200;

/** A page of a list that a request asks for. */
export interface Page {
  /** The most items to return. */
  size: number;
  /** How many rows to read: one more than the page holds tells whether another page follows. */
  limit: number;
  /** The sort key of the last row of the page before; undefined on the first page. */
  after: unknown[] | undefined;
  /**
   * Cuts the rows to the page and makes the token of the next one. A sort key is made of strings, finite numbers, booleans and nulls:
   * what JSON keeps as it is.
   */
  close<Row>(rows: Row[], sortKey: (row: Row) => unknown[]): { items: Row[]; nextPageToken: string };
}

/** What a list is, its filters included, and whose. */
interface PageScope {
  list: string;
  tenantId: string;
}

/**
 * Reads `page_size` (50 if 0, at most 200) and `page_token` of a list request.
 *
 * @param scope a token is good for the same list alone
 * @throws WeftError INVALID_ARGUMENT for a negative size, and `BAD_PAGE_TOKEN` for a token that is damaged or of another list
 */
export function openPage(request: { pageSize: number; pageToken: string }, scope: PageScope): Page {
  if (request.pageSize < 0) throw invalidField('page_size', `must be at least 0, is ${request.pageSize}`);
  const size = request.pageSize === 0 ? pageSizeDefault : Math.min(request.pageSize, pageSizeMax);
  return {
    size,
    limit: size + 1,
    after: request.pageToken === '' ? undefined : readToken(request.pageToken, scope),
    close(rows, sortKey) {
      const items = rows.slice(0, size);
      const last = items.at(-1);
      const more = rows.length > size && last !== undefined;
      return { items, nextPageToken: more ? writeToken(sortKey(last), scope) : '' };
    },
  };
}

/** The seal tells tokens of other lists and damaged ones; it keeps no secret, for a caller may begin a list of its own where it likes. */
function writeToken(sortKey: unknown[], scope: PageScope): string {
  return Buffer.from(JSON.stringify([sealOf(sortKey, scope), ...sortKey])).toString('base64url');
}

function readToken(token: string, scope: PageScope): unknown[] {
  const sortKey = sortKeyOf(token);
  // Written again it must be the same token: base64 and JSON both have many spellings.
  if (sortKey === undefined || writeToken(sortKey, scope) !== token) throw badToken();
  return sortKey;
}

function sortKeyOf(token: string): unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    const isKey = Array.isArray(parsed) && parsed.every((part) => part === null || typeof part !== 'object');
    return isKey ? parsed.slice(1) : undefined;
  } catch {
    return undefined;
  }
}

function sealOf(sortKey: unknown[], { tenantId, list }: PageScope): string {
  const sealed = JSON.stringify([tenantId, list, sortKey]);
  return createHash('sha256').update(sealed).digest('base64url').slice(0, 16);
}

function badToken(): WeftError {
  return invalidField(
    'page_token',
    'is not a token that this list returned, or the list had other filters then',
    'BAD_PAGE_TOKEN',
  );
}
