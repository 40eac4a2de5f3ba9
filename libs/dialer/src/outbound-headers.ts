import { invalidField } from '@weft/errors';

/** Headers that belong to the connection or are made from URL and body; a caller may not set them. */
const reserved = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The only headers that follow a redirect to another origin: any other may be a credential. */
const harmless = new Set(['accept', 'accept-language', 'content-language', 'content-type', 'user-agent']);

const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]{1,256}$/;
// Visible ASCII, space, tab and obs-text, as RFC 9110 section 5.5 permits.
const headerValue = /^[\t\x20-\x7e\x80-\xff]{0,8192}$/;

/** Header names in lower case. */
export type OutboundHeaders = Record<string, string>;

/**
 * Checks the headers of a request and writes their names in lower case.
 *
 * @throws WeftError INVALID_ARGUMENT `HEADER_INVALID` for a name or value that HTTP forbids, or a reserved name
 */
export function checkHeaders(headers: Record<string, string>): OutboundHeaders {
  const checked: OutboundHeaders = { 'accept-encoding': 'identity' };
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (!headerName.test(lower))
      throw invalidField('headers', 'has a name that HTTP forbids', 'HEADER_INVALID');
    if (reserved.has(lower))
      throw invalidField(`headers.${lower}`, 'is set by the connection itself', 'HEADER_INVALID');
    if (!headerValue.test(value))
      throw invalidField(
        `headers.${lower}`,
        'has a value with line breaks or control characters, or of more than 8192 characters',
        'HEADER_INVALID',
      );
    checked[lower] = value;
  }
  return checked;
}

/** The headers that may go to another origin than the one they were meant for. */
export function headersForOtherOrigin(headers: OutboundHeaders): OutboundHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => harmless.has(name) || name === 'accept-encoding'),
  );
}

/** The headers of a request that lost its body on a redirect. */
export function headersWithoutBody(headers: OutboundHeaders): OutboundHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('content-')));
}
