import { logging } from '@weft/contracts';

import { useLoggingStand, range, runFinished } from './logging-stand.fixture';

const stand = useLoggingStand();
const { newTenant, publish } = stand;
const { Dimension, Interval } = logging;

describe('QueryUsage', () => {
  const at = (text: string) => new Date(`2026-03-${text}Z`);

  it('sums all of the range by default', async () => {
    const { tenantId, usage } = newTenant();
    await publish([
      runFinished(tenantId, { calls: [{ usage: { inputTokens: 1, outputTokens: 2 } }] }),
      runFinished(tenantId, {
        calls: [
          {
            usage: {
              inputTokens: 30,
              outputTokens: 40,
              cachedInputTokens: 5,
              reasoningTokens: 6,
              estimated: true,
            },
          },
        ],
      }),
    ]);
    expect((await usage.queryUsage(range())).sums).toEqual([
      {
        startTime: range().startTime,
        apiKeyId: '',
        model: '',
        assistant: '',
        calls: 2,
        usage: {
          inputTokens: 31,
          outputTokens: 42,
          cachedInputTokens: 5,
          reasoningTokens: 6,
          estimated: true,
        },
        costs: [],
        unpricedCalls: 2,
      },
    ]);
  });

  it.each([
    ['minutes', Interval.MINUTE, ['01T10:00:00', '01T10:01:00', '02T00:00:00']],
    ['hours', Interval.HOUR, ['01T10:00:00', '02T00:00:00']],
    ['days', Interval.DAY, ['01T00:00:00', '02T00:00:00']],
  ])('sums by %s in UTC, leaving out those without usage', async (_, interval, expected) => {
    const { tenantId, usage } = newTenant();
    const times = ['01T10:00:00', '01T10:00:59.999', '01T10:01:00', '02T00:00:00'].map(at);
    await publish(times.map((startTime) => runFinished(tenantId, { calls: [{ startTime }] })));
    const { sums } = await usage.queryUsage({
      startTime: at('01T09:00:00'),
      endTime: at('02T01:00:00'),
      interval,
    });
    expect(sums.map(({ startTime }) => startTime)).toEqual(expected.map(at));
  });

  it('takes the beginning of the range in and leaves its end out', async () => {
    const { tenantId, usage } = newTenant();
    const times = [
      at('01T00:00:00'),
      at('01T23:59:59.999'),
      at('02T00:00:00'),
      new Date('2026-02-28T23:59:59.999Z'),
    ];
    await publish(times.map((startTime) => runFinished(tenantId, { calls: [{ startTime }] })));
    const { sums } = await usage.queryUsage({ startTime: at('01T00:00:00'), endTime: at('02T00:00:00') });
    expect(sums).toMatchObject([{ calls: 2 }]);
  });

  it('covers the last 24 hours when no range is given', async () => {
    const { tenantId, usage } = newTenant();
    const ago = (ms: number) => runFinished(tenantId, { calls: [{ startTime: new Date(Date.now() - ms) }] });
    await publish([ago(60_000), ago(86_300_000), ago(86_500_000)]);
    expect((await usage.queryUsage({})).sums).toMatchObject([{ calls: 2 }]);
  });

  it('keeps sums apart by what it is asked for alone', async () => {
    const { tenantId, usage } = newTenant();
    await publish([
      runFinished(tenantId, {
        apiKeyId: 'k1',
        assistant: 'docs',
        calls: [{ model: 'small' }, { model: 'large' }],
      }),
      runFinished(tenantId, { apiKeyId: 'k2', assistant: '', calls: [{ model: 'small' }] }),
    ]);
    const by = async (...groupBy: logging.Dimension[]) =>
      (await usage.queryUsage(range({ groupBy }))).sums.map(({ apiKeyId, model, assistant, calls }) => [
        apiKeyId,
        model,
        assistant,
        calls,
      ]);
    expect([
      await by(Dimension.API_KEY),
      await by(Dimension.MODEL),
      await by(Dimension.ASSISTANT, Dimension.API_KEY, Dimension.MODEL),
    ]).toEqual([
      [
        ['k1', '', '', 2],
        ['k2', '', '', 1],
      ],
      [
        ['', 'large', '', 1],
        ['', 'small', '', 2],
      ],
      [
        ['k1', 'large', 'docs', 1],
        ['k1', 'small', 'docs', 1],
        ['k2', 'small', '', 1],
      ],
    ]);
  });

  it('sums nothing of another tenant', async () => {
    const [acme, globex] = [newTenant(), newTenant()];
    await publish([runFinished(acme.tenantId)]);
    expect((await globex.usage.queryUsage(range())).sums).toEqual([]);
  });

  it.each([
    ['is empty', { startTime: at('01T00:00:00'), endTime: at('01T00:00:00') }, 'end_time'],
    ['ends before it begins', { startTime: at('02T00:00:00'), endTime: at('01T00:00:00') }, 'end_time'],
    [
      'has 1,001 intervals',
      { startTime: at('01T00:00:00'), endTime: at('01T16:41:00'), interval: Interval.MINUTE },
      'interval',
    ],
    ['has intervals of an unknown width', { interval: 99 as logging.Interval }, 'interval'],
    [
      'is kept apart by something unknown',
      { groupBy: [Dimension.MODEL, Dimension.UNSPECIFIED] },
      'group_by[1]',
    ],
  ])('raises INVALID_ARGUMENT when the range %s', async (_, request, field) => {
    const { usage } = newTenant();
    await expect(usage.queryUsage(request)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field }],
    });
  });

  it('allows 1,000 intervals', async () => {
    const { usage } = newTenant();
    const request = { startTime: at('01T00:00:00'), endTime: at('01T16:40:00'), interval: Interval.MINUTE };
    await expect(usage.queryUsage(request)).resolves.toEqual({ sums: [] });
  });
});
