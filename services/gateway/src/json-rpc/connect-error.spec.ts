import { invalidField, WeftError } from '@weft/errors';
import { BadRequest, ErrorInfo, RetryInfo } from 'nice-grpc-error-details';
import { toConnectError } from './connect-error';

const detail = (error: WeftError, type: string) =>
  toConnectError(error).details.find((found) => found.type === type)!;
const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

describe('toConnectError', () => {
  test.each([
    ['CANCELLED', 'canceled'],
    ['INVALID_ARGUMENT', 'invalid_argument'],
    ['RESOURCE_EXHAUSTED', 'resource_exhausted'],
    ['UNAUTHENTICATED', 'unauthenticated'],
  ] as const)('calls %s %s', (code, expected) => {
    expect(toConnectError(new WeftError(code, 'X', 'm'))).toMatchObject({ code: expected, message: 'm' });
  });

  test('tells reason and metadata as google.rpc.ErrorInfo', () => {
    const error = new WeftError('PERMISSION_DENIED', 'SCOPE_MISSING', 'm', {
      metadata: { scope: 'chat:write' },
    });
    expect(ErrorInfo.decode(bytes(detail(error, 'google.rpc.ErrorInfo').value))).toMatchObject({
      reason: 'SCOPE_MISSING',
      domain: 'weft',
      metadata: { scope: 'chat:write' },
    });
  });

  test('tells the same readable for people', () => {
    expect(detail(new WeftError('ABORTED', 'X', 'm'), 'google.rpc.ErrorInfo').debug).toMatchObject({
      reason: 'X',
      domain: 'weft',
    });
  });

  test('tells wrong fields as google.rpc.BadRequest', () => {
    expect(
      BadRequest.decode(bytes(detail(invalidField('a.b', 'is odd'), 'google.rpc.BadRequest').value)),
    ).toMatchObject({
      fieldViolations: [{ field: 'a.b', description: 'is odd' }],
    });
  });

  test('tells when to try again as google.rpc.RetryInfo', () => {
    const error = new WeftError('UNAVAILABLE', 'X', 'm', { retryDelayMs: 1500 });
    expect(RetryInfo.decode(bytes(detail(error, 'google.rpc.RetryInfo').value)).retryDelay).toMatchObject({
      seconds: 1,
      nanos: 5e8,
    });
  });
});
