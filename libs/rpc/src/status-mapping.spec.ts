import { safety } from '@weft/contracts';
import { type ErrorCode, errorCodes, WeftError } from '@weft/errors';
import { silentLogger } from '@weft/runtime';
import * as grpc from '@grpc/grpc-js';
import fc from 'fast-check';
import { Status as GoogleStatus } from 'nice-grpc-error-details/lib/proto/google/rpc/status';
import { errorDetailsOf, fromErrorStatus, httpStatusOf, publicError, serve, toErrorStatus } from './index';
import { testCaller } from './testing/both-transports';
import { safetyService, screenRequest } from './testing/test-services';

describe('httpStatusOf', () => {
  it.each([
    ['INVALID_ARGUMENT', 400],
    ['UNAUTHENTICATED', 401],
    ['PERMISSION_DENIED', 403],
    ['NOT_FOUND', 404],
    ['ALREADY_EXISTS', 409],
    ['RESOURCE_EXHAUSTED', 429],
    ['CANCELLED', 499],
    ['INTERNAL', 500],
    ['UNAVAILABLE', 503],
    ['DEADLINE_EXCEEDED', 504],
  ] as [ErrorCode, number][])('of %s is %i', (code, status) => {
    expect(httpStatusOf(new WeftError(code, 'REASON', ''))).toBe(status);
  });

  it('is 413 for a message that is too large', () => {
    expect(httpStatusOf(new WeftError('RESOURCE_EXHAUSTED', 'MESSAGE_TOO_LARGE', ''))).toBe(413);
  });

  it('exists for every code', () => {
    const statuses = Object.keys(errorCodes).map((code) =>
      httpStatusOf(new WeftError(code as ErrorCode, 'R', '')),
    );
    expect(statuses.every((status) => status >= 400 && status < 600)).toBe(true);
  });
});

describe('an error as data', () => {
  it('becomes the error again', () => {
    const error = new WeftError('UNAVAILABLE', 'PROVIDER_DOWN', 'Down.', {
      metadata: { provider: 'openai' },
      retryDelayMs: 2500,
    });
    const { code, reason, message, metadata, retryDelayMs } = fromErrorStatus(toErrorStatus(error));
    expect({ code, reason, message, metadata, retryDelayMs }).toEqual({
      code: 'UNAVAILABLE',
      reason: 'PROVIDER_DOWN',
      message: 'Down.',
      metadata: { provider: 'openai' },
      retryDelayMs: 2500,
    });
  });

  it('keeps any delay to the millisecond above', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (retryDelayMs) => {
        const status = toErrorStatus(new WeftError('UNAVAILABLE', 'R', '', { retryDelayMs }));
        expect(status.retryDelay!.nanos).toBeLessThan(1e9);
        expect(fromErrorStatus(status).retryDelayMs).toBe(Math.ceil(retryDelayMs));
      }),
    );
  });

  it('of a code that is unknown here is UNKNOWN', () => {
    const status = { code: 99, reason: 'R', message: '', metadata: {}, retryDelay: undefined };
    expect(fromErrorStatus(status).code).toBe('UNKNOWN');
  });
});

describe('errorDetailsOf', () => {
  it('tells of a quota when a rate limit was passed', () => {
    const error = new WeftError('RESOURCE_EXHAUSTED', 'RATE_LIMITED', 'Too fast.', {
      metadata: { limit: 'rpm' },
    });
    expect(errorDetailsOf(error)).toContainEqual(
      expect.objectContaining({ violations: [expect.objectContaining({ subject: 'rpm' })] }),
    );
  });
});

describe('publicError', () => {
  it('keeps an INTERNAL that says more than that it is one', () => {
    const error = publicError(
      new WeftError('INTERNAL', 'PROVIDER_ANSWER_UNREADABLE', 'The answer is no JSON.'),
    );
    expect(error).toMatchObject({ reason: 'PROVIDER_ANSWER_UNREADABLE', message: 'The answer is no JSON.' });
  });

  it('cuts no character in half', () => {
    const error = publicError(new WeftError('ABORTED', 'R', `${'x'.repeat(1019)}🧵🧵`));
    expect(error.message).toBe(`${'x'.repeat(1019)}…`);
  });
});

describe('what a client without our code receives', () => {
  async function refusal(error: WeftError): Promise<grpc.ServiceError> {
    const server = await serve({
      services: [safetyService({ screenText: () => Promise.reject(error) })],
      address: '127.0.0.1:0',
      security: { kind: 'insecure' },
      authenticate: () => testCaller(),
      logger: silentLogger,
    });
    const client = new grpc.Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
    const request = safety.ScreenTextRequest.fromPartial(screenRequest);
    const encode = (message: safety.ScreenTextRequest) =>
      Buffer.from(safety.ScreenTextRequest.encode(message).finish());
    const received = await new Promise<grpc.ServiceError | null>((resolve) => {
      const path = '/weft.safety.v1.SafetyService/ScreenText';
      client.makeUnaryRequest(
        path,
        encode,
        (bytes: Buffer) => bytes,
        request,
        (failure) => resolve(failure),
      );
    });
    client.close();
    await server.stop();
    return received!;
  }

  it('is a google.rpc.Status with ErrorInfo, BadRequest and RetryInfo', async () => {
    const { metadata } = await refusal(
      new WeftError('INVALID_ARGUMENT', 'BAD_POLICY', 'Bad.', {
        violations: [{ field: 'policy', description: 'is bad' }],
        retryDelayMs: 1000,
      }),
    );
    const status = GoogleStatus.decode(metadata.get('grpc-status-details-bin')[0] as Buffer);
    expect([status.code, status.message, status.details.map(({ typeUrl }) => typeUrl)]).toEqual([
      3,
      'Bad.',
      ['ErrorInfo', 'BadRequest', 'RetryInfo'].map((type) => `type.googleapis.com/google.rpc.${type}`),
    ]);
  });

  it('fits into the 8 KiB of trailers that clients in other languages take, whatever the error says', async () => {
    const long = '株'.repeat(10_000);
    const { metadata, details } = await refusal(
      new WeftError('RESOURCE_EXHAUSTED', 'RATE_LIMITED', long, {
        metadata: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, long])),
        violations: Array.from({ length: 100 }, () => ({ field: long, description: long })),
        retryDelayMs: 1000,
      }),
    );
    const binary = (metadata.get('grpc-status-details-bin')[0] as Buffer).length;
    expect(encodeURI(details).length + Math.ceil((binary * 4) / 3)).toBeLessThan(8192);
  });
});
