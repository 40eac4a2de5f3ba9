import { layOutCluster, peersSetting } from './cluster-layout';
import { serviceNames } from './service-names';

describe('the layout of a cluster', () => {
  it('has one of each service where nothing is said', async () => {
    expect((await layOutCluster({})).map(({ service }) => service)).toEqual([...serviceNames]);
  });

  it('has as many replicas as are asked for', async () => {
    const places = await layOutCluster({ llm: 3, memory: 0 });
    const count = (name: string) => places.filter(({ service }) => service === name).length;
    expect([count('llm'), count('memory')]).toEqual([3, 0]);
  });

  it('gives no port twice', async () => {
    const places = await layOutCluster({ gateway: 2, orchestrator: 2 });
    const ports = places.flatMap(({ grpcPort, probePort, doors }) => [
      grpcPort,
      probePort,
      ...(doors === undefined ? [] : [doors.httpPort, doors.grpcPort]),
    ]);
    expect(new Set(ports).size).toBe(13 * 2 + 2 * 2);
  });

  it('opens the doors of the first gateway where they are wanted', async () => {
    const places = await layOutCluster({ gateway: 2 }, { httpPort: 8080, grpcPort: 9090 });
    const doors = places.filter(({ service }) => service === 'gateway').map((place) => place.doors!.httpPort);
    expect([doors[0], doors[1] === 8080]).toEqual([8080, false]);
  });

  it('names a peer that runs elsewhere', () => {
    expect(peersSetting([], { llm: '127.0.0.1:7001' })).toBe('llm=127.0.0.1:7001');
  });

  it('names every replica of a peer', async () => {
    const places = await layOutCluster({ llm: 2 });
    const [first, second] = places.filter(({ service }) => service === 'llm');
    expect(peersSetting(places)).toContain(
      `llm=127.0.0.1:${first!.grpcPort},llm=127.0.0.1:${second!.grpcPort}`,
    );
  });
});
