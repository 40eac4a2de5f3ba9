import { loadGatewayConfig } from './config';
import { heldStream } from './fake-orchestrator.fixture';
import { useGatewayStand } from './gateway-stand.fixture';

const stand = useGatewayStand();

const environment = { WEFT_KEY_SECRET: 'k'.repeat(32) };

describe('the gateway', () => {
  test('has its doors on ports of their own', () => {
    const { http, grpc } = stand.instance;
    expect(http.port > 0 && grpc.port > 0 && http.port !== grpc.port).toBe(true);
  });

  test('looks at its database to know whether it is ready', async () => {
    await expect(stand.instance.checkReady()).resolves.toBeUndefined();
  });

  test('drains both doors: what is under way ends well, then nobody comes in', async () => {
    const goOn = Promise.withResolvers<void>();
    stand.orchestrator.stream = () => heldStream(goOn.promise);
    const streaming = await stand.rpc('/v1/chat/completions', {
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    });
    const drained = stand.instance.drain(600_000);
    goOn.resolve();
    const text = await streaming.text();
    await drained;
    const late = await fetch(`${stand.httpUrl}/livez`).catch(() => 'refused');
    expect([text.includes('[DONE]'), late]).toEqual([true, 'refused']);
  });
});

describe('settings', () => {
  test('have the defaults that the README tells', () => {
    expect(loadGatewayConfig(environment)).toMatchObject({
      host: '127.0.0.1',
      httpPort: 8080,
      grpcPort: 9090,
      grpcReflection: false,
      adminKey: undefined,
      keyCacheTtlMs: 5000,
      bodyLimitBytes: 4 * 1024 * 1024,
      ingestBodyLimitBytes: 48 * 1024 * 1024,
      drainTimeoutMs: 10_000,
    });
  });

  test.each([
    ['WEFT_KEY_SECRET', undefined],
    ['WEFT_KEY_SECRET', 'too short'],
    ['WEFT_ADMIN_KEY', 'too short'],
    ['WEFT_HTTP_PORT', '99999'],
  ])('%s=%s stops the start and is named', (variable, value) => {
    expect(() => loadGatewayConfig({ ...environment, [variable]: value })).toThrow(variable);
  });

  test('a secret is not told when it is wrong', () => {
    expect(() => loadGatewayConfig({ WEFT_KEY_SECRET: 'canary' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('canary') }),
    );
  });
});
