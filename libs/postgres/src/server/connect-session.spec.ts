import { clientConfig } from './connect-session';

function configOf(databaseUrl: string) {
  return clientConfig({
    databaseUrl,
    applicationName: 'weft tests',
    connectTimeoutMs: 5_000,
    settings: { TimeZone: 'UTC' },
  });
}

describe('the settings of a client', () => {
  it('start the session with the settings that values depend on', () => {
    expect(configOf('postgres://weft@db/weft').options).toBe('-c TimeZone=UTC');
  });

  it('put ours after the options of the address, where the last one counts', () => {
    const { options, connectionString } = configOf(
      'postgres://weft@db/weft?sslmode=verify-full&options=-c%20TimeZone%3DCET%20-c%20work_mem%3D8MB',
    );
    expect([options, connectionString]).toEqual([
      '-c TimeZone=CET -c work_mem=8MB -c TimeZone=UTC',
      'postgres://weft@db/weft?sslmode=verify-full',
    ]);
  });

  it('keep the connection alive, and wait for it no longer than they may', () => {
    expect(configOf('postgresql://weft@db/weft')).toMatchObject({
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      application_name: 'weft tests',
    });
  });

  it.each(['', 'db:5432', 'mysql://db/weft', 'postgres://db:port/weft'])(
    'refuse "%s" as an address',
    (address) => {
      expect(() => configOf(address)).toThrow(/must look like postgres:/);
    },
  );
});
