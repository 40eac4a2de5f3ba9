import { startTestService } from '@weft/testing';
import { loadGatewayConfig } from './config';
import { gatewayService } from './service';
import { completedEvent, openStand, type Stand, startedEvent, textEvent } from './test-stand';

let stand: Stand;

beforeAll(async () => {
  stand = await openStand(startTestService, gatewayService);
});

afterAll(() => stand.stop());

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
    let goOn = () => undefined as void;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    stand.orchestrator.stream = async function* slow() {
      yield { sequence: 1, ...startedEvent() };
      yield { sequence: 2, ...textEvent('Hel') };
      await held;
      yield { sequence: 3, ...completedEvent() };
    };
    const streaming = await stand.rpc('/v1/chat/completions', {
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    });
    const drained = stand.instance.drain(600_000);
    goOn();
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
