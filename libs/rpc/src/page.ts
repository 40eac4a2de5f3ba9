import { createHash } from 'node:crypto';
import { invalidField } from '@weft/errors';

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
  /** Cuts the rows to the page and makes the token of the next one. */
  close<Row>(rows: Row[], sortKey: (row: Row) => unknown[]): { items: Row[]; nextPageToken: string };
}

/**
 * Reads `page_size` (50 if 0, at most 200) and `page_token` of a list request.
 *
 * @param scope what the list is, its filters included, and whose: a token is good for the same list alone
 * @throws WeftError INVALID_ARGUMENT for a token that is damaged or of another list
 */
export function openPage(
  request: { pageSize: number; pageToken: string },
  scope: { list: string; tenantId: string },
): Page {
  const size = request.pageSize === 0 ? pageSizeDefault : Math.min(request.pageSize, pageSizeMax);
  const seal = sealOf(scope);
  return {
    size,
    limit: size + 1,
    after: request.pageToken === '' ? undefined : readToken(request.pageToken, seal),
    close(rows, sortKey) {
      const items = rows.slice(0, size);
      const last = items.at(-1);
      const more = rows.length > size && last !== undefined;
      return { items, nextPageToken: more ? writeToken(sortKey(last), seal) : '' };
    },
  };
}

function sealOf(scope: { list: string; tenantId: string }): string {
  return createHash('sha256')
    .update(JSON.stringify([scope.tenantId, scope.list]))
    .digest('base64url')
    .slice(0, 16);
}

function writeToken(sortKey: unknown[], seal: string): string {
  return Buffer.from(JSON.stringify([seal, ...sortKey])).toString('base64url');
}

function readToken(token: string, seal: string): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    parsed = undefined;
  }
  if (!Array.isArray(parsed) || typeof parsed[0] !== 'string') {
    throw invalidField('page_token', 'is not a token that this list returned', 'BAD_PAGE_TOKEN');
  }
  if (parsed[0] !== seal) {
    throw invalidField(
      'page_token',
      'is of another list, or of the same list with other filters',
      'BAD_PAGE_TOKEN',
    );
  }
  return parsed.slice(1);
}
