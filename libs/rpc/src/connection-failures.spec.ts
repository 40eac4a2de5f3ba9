import { warnOfConnectionFailures } from './connection-failures';
import { recordingLogger } from './testing/recording-logger';

describe('a connection that cannot be made', () => {
  it('is told with where it went and why', () => {
    const { logger, lines } = recordingLogger();
    warnOfConnectionFailures('retrieval:7001', 'tls', logger)('10.0.0.1:7001', 'certificate has expired');
    expect(lines).toEqual([
      {
        level: 'warn',
        fields: {
          target: 'retrieval:7001',
          address: '10.0.0.1:7001',
          cause: 'certificate has expired',
          untold: 0,
        },
        message: 'a connection to a service cannot be made',
      },
    ]);
  });

  it('is told once a minute, with how many were not', () => {
    const { logger, lines } = recordingLogger();
    let now = 0;
    const report = warnOfConnectionFailures('retrieval:7001', 'tls', logger, () => now);
    for (now = 0; now < 60_000; now += 20_000) report('10.0.0.1:7001', 'refused');
    now = 60_000;
    report('10.0.0.1:7001', 'refused');
    expect(lines.map(({ fields }) => fields['untold'])).toEqual([0, 2]);
  });

  it.each([
    ['tls', 'Failed to connect (2026-11-22T00:00:00.000Z)', /believe the certificate/],
    ['insecure', 'Failed to connect (2026-11-22T00:00:00.000Z)', /expect TLS/],
    ['insecure', 'read ECONNRESET', /expect TLS/],
  ] as const)('with %s and the cause %j comes with a hint', (security, cause, hint) => {
    const { logger, lines } = recordingLogger();
    warnOfConnectionFailures('retrieval:7001', security, logger)('10.0.0.1:7001', cause);
    expect(lines[0]!.fields['hint']).toMatch(hint);
  });
});
