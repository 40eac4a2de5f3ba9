import { safety } from '@weft/contracts';
import {
  type ErrorCode,
  errorCodes,
  internal,
  invalidFields,
  notFound,
  unavailable,
  WeftError,
} from '@weft/errors';
import { type Logger } from '@weft/runtime';
import fc from 'fast-check';
import { describeOverBoth, testCaller } from './testing/both-transports';
import { safetyService, screenRequest } from './testing/test-services';
import { errorOf } from './testing/waiting';

const caller = testCaller();

describeOverBoth('errors', (open) => {
  let thrown: unknown;

  async function openFailing(logger?: Logger) {
    const { transport } = await open(
      [
        safetyService({
          screenText: () => Promise.reject(thrown),
          async *streamScreenText() {
            yield await Promise.resolve({ released: 'before' });
            throw thrown;
          },
        }),
      ],
      { logger },
    );
    return transport.client(safety.SafetyServiceDefinition);
  }

  async function received(error: unknown): Promise<WeftError> {
    thrown = error;
    const client = await openFailing();
    return (await errorOf(client.screenText(screenRequest, { caller }))) as WeftError;
  }

  it('arrive with code, reason, message, metadata, violations and retry delay', async () => {
    const error = new WeftError('RESOURCE_EXHAUSTED', 'RATE_LIMITED', 'Too many requests.', {
      metadata: { limit: 'requests_per_minute', value: '60' },
      violations: [{ field: 'messages[0].content', description: 'is too much' }],
      retryDelayMs: 1500,
    });
    const { code, reason, message, metadata, violations, retryDelayMs } = await received(error);
    expect({ code, reason, message, metadata, violations, retryDelayMs }).toEqual({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'RATE_LIMITED',
      message: 'Too many requests.',
      metadata: { limit: 'requests_per_minute', value: '60' },
      violations: [{ field: 'messages[0].content', description: 'is too much' }],
      retryDelayMs: 1500,
    });
  });

  it.each(Object.keys(errorCodes).filter((code) => code !== 'INTERNAL') as ErrorCode[])(
    'keep the code %s',
    async (code) => {
      expect(await received(new WeftError(code, 'REASON', 'Message.'))).toMatchObject({
        code,
        reason: 'REASON',
      });
    },
  );

  it('are instances of WeftError', async () => {
    expect(await received(notFound('document', 'x'))).toBeInstanceOf(WeftError);
  });

  it('arrive after the responses that came before them', async () => {
    thrown = notFound('policy', 'strict');
    const client = await openFailing();
    const released: string[] = [];
    const reading = (async () => {
      for await (const response of client.streamScreenText(oneRequest(), { caller }))
        released.push(response.released);
    })();
    const error = await errorOf(reading);
    expect([released, error]).toMatchObject([['before'], { code: 'NOT_FOUND', reason: 'POLICY_NOT_FOUND' }]);
  });

  it.each([
    ['an unknown error', new Error('password=hunter2')],
    ['a defect of ours', internal('password=hunter2')],
    ['something that is no error', 'password=hunter2'],
    ['nothing', undefined],
  ])('leave as a bare INTERNAL when the handler throws %s', async (_what, error) => {
    const { code, reason, message, metadata } = await received(error);
    expect({ code, reason, message, metadata }).toEqual({
      code: 'INTERNAL',
      reason: 'INTERNAL',
      message: 'An internal error occurred.',
      metadata: {},
    });
  });

  it('that leave as a bare INTERNAL are logged with what they were', async () => {
    const logged: { err?: unknown; method?: string }[] = [];
    const logger = recordingLogger(logged);
    thrown = new Error('the index is corrupt');
    const client = await openFailing(logger);
    await errorOf(client.screenText(screenRequest, { caller }));
    expect(logged).toMatchObject([
      { err: { message: 'the index is corrupt' }, method: '/weft.safety.v1.SafetyService/ScreenText' },
    ]);
  });

  it('that are the caller’s own fault are not logged', async () => {
    const logged: object[] = [];
    thrown = notFound('policy', 'strict');
    const client = await openFailing(recordingLogger(logged));
    await errorOf(client.screenText(screenRequest, { caller }));
    expect(logged).toEqual([]);
  });

  it('have messages of at most 1 KiB', async () => {
    const { message } = await received(new WeftError('ABORTED', 'REASON', 'x'.repeat(80 * 1024)));
    expect([Buffer.byteLength(message), message.endsWith('…')]).toEqual([1024, true]);
  });

  it('have at most 16 violations', async () => {
    const violations = Array.from({ length: 40 }, (_, index) => ({
      field: `texts[${index}]`,
      description: 'is bad',
    }));
    const error = await received(invalidFields(violations));
    expect(error.violations).toEqual(violations.slice(0, 16));
  });

  it('leave the connection usable however long and odd they are', async () => {
    const huge = '\ud83d\ude00é\n"%'.repeat(20_000);
    const client = await openFailing();
    thrown = new WeftError('ABORTED', 'REASON', huge, {
      metadata: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${index}${huge}`, huge])),
      violations: Array.from({ length: 100 }, () => ({ field: huge, description: huge })),
    });
    await errorOf(client.screenText(screenRequest, { caller }));
    thrown = notFound('policy', 'strict');
    const error = await errorOf(client.screenText(screenRequest, { caller }));
    expect(error).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('arrive whatever their message is made of', async () => {
    const client = await openFailing();
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('\ud83d', '\ude00', '\0', '\n', '%', 'é'), fc.string()),
    });
    await fc.assert(
      fc.asyncProperty(text, async (message) => {
        thrown = new WeftError('ABORTED', 'REASON', message);
        const error = await errorOf(client.screenText(screenRequest, { caller }));
        return (
          (error as WeftError).reason === 'REASON' && (error as WeftError).message === message.toWellFormed()
        );
      }),
      { numRuns: 60 },
    );
  });

  it('never carry what caused them', async () => {
    const { retryDelayMs, ...error } = await received(
      unavailable('PROVIDER_DOWN', 'The provider is down.', { cause: new Error('api key sk-123') }),
    );
    expect([retryDelayMs, JSON.stringify(error)]).toEqual([1000, expect.not.stringContaining('sk-123')]);
  });
});

async function* oneRequest() {
  yield await Promise.resolve({ text: 'a' });
}

function recordingLogger(logged: object[]): Logger {
  const record = (fields: object) => void logged.push(fields);
  const logger: Logger = {
    debug: () => undefined,
    info: record,
    warn: record,
    error: record,
    child: () => logger,
  };
  return logger;
}
