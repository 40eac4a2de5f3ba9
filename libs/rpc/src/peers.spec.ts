import { orchestrator, safety } from '@weft/contracts';
import { unavailable } from '@weft/errors';
import { silentLogger } from '@weft/runtime';
import { createInProcessTransport, createPeers, rawServiceDefinition, type Transport } from './index';
import { testCaller } from './testing/both-transports';
import { chatEvent, chatRequest, chatService, safetyService, screenRequest } from './testing/test-services';
import { readAll } from './testing/waiting';

const caller = testCaller();

function transportWith(
  ...services: Parameters<ReturnType<typeof createInProcessTransport>['add']>[0]
): Transport {
  const transport = createInProcessTransport({ logger: silentLogger });
  transport.add(services);
  return transport;
}

describe('peers', () => {
  const transports = new Map([
    ['safety', transportWith(safetyService())],
    [
      'orchestrator',
      transportWith(
        chatService(async function* () {
          yield await Promise.resolve(chatEvent(1));
        }),
      ),
    ],
  ]);

  it('reach each service by the domain of its contract', async () => {
    const peers = createPeers((domain) => transports.get(domain)!);
    const { texts } = await peers
      .client(safety.SafetyServiceDefinition)
      .screenText(screenRequest, { caller });
    const events = await readAll(
      peers.client(orchestrator.ChatServiceDefinition).streamChat(chatRequest, { caller }),
    );
    expect([texts, events.length]).toEqual([['hello'], 1]);
  });

  it('make one client a contract', () => {
    const peers = createPeers((domain) => transports.get(domain)!);
    expect(peers.client(safety.SafetyServiceDefinition)).toBe(peers.client(safety.SafetyServiceDefinition));
  });

  it('ask for a transport when it is first needed', () => {
    const asked: string[] = [];
    createPeers((domain) => {
      asked.push(domain);
      return transports.get(domain)!;
    });
    expect(asked).toEqual([]);
  });

  it('fail raw calls where there is no transport as they fail any other call', async () => {
    const peers = createPeers(() => {
      throw unavailable('PEER_UNKNOWN', 'Nobody knows where it is.');
    });
    const call = peers.raw.unary('/weft.safety.v1.SafetyService/ScreenText', new Uint8Array(), { caller });
    await expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE', reason: 'PEER_UNKNOWN' });
  });

  it('fail raw calls of a path that no contract has', async () => {
    const peers = createPeers((domain) => transports.get(domain)!);
    const call = peers.raw.unary('/grpc.health.v1.Health/Check', new Uint8Array(), { caller });
    await expect(call).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
  });

  it('take no definition but those of the contracts', () => {
    const peers = createPeers((domain) => transports.get(domain)!);
    expect(() => peers.client(rawServiceDefinition('weft.safety.v1.SafetyService'))).toThrow(
      '@weft/contracts',
    );
  });
});
