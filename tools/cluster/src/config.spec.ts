import { loadCommandConfig } from './config';

const engines = { WEFT_DATABASE_URL: 'postgres://db.example/weft', WEFT_NATS_URL: 'nats://nats.example' };

describe('the settings of the command', () => {
  it('hand settings of services and of the provider on, and nothing else', () => {
    const { env } = loadCommandConfig({ ...engines, WEFT_LOG_LEVEL: 'info', OPENAI_API_KEY: 'k', HOME: '/' });
    expect(env).toEqual({ ...engines, WEFT_LOG_LEVEL: 'info', OPENAI_API_KEY: 'k' });
  });

  it('open the doors at the ports of standalone where nothing is said', () => {
    expect(loadCommandConfig(engines).doors).toEqual({ httpPort: 8080, grpcPort: 9090 });
  });

  it.each(['eighty', '0', '65536', '-1'])('refuse the port %s, naming the variable', (text) => {
    expect(() => loadCommandConfig({ ...engines, WEFT_HTTP_PORT: text })).toThrow(
      /^WEFT_HTTP_PORT: must be a port/,
    );
  });

  it('refuse to go without engines, saying how to get them', () => {
    expect(() => loadCommandConfig({})).toThrow(/WEFT_DATABASE_URL is not set.*make engines/);
  });
});
