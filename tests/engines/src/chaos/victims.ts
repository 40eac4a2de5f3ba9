import { type Cluster } from '@weft/cluster';
import { type Engines } from '@weft/engines';
import { type Victim } from './kill-loop';

/** Every process of a weft: each replica of each service, PostgreSQL and NATS. */
export function victimsOf(cluster: Cluster, { postgres, nats }: Engines): Victim[] {
  const replicas = cluster.replicas.map((replica) => ({
    name: replica.name,
    kill: () => replica.end('SIGKILL'),
    async restart() {
      replica.start();
      await replica.ready();
    },
  }));
  return [
    ...replicas,
    { name: 'postgres', kill: () => postgres!.kill(), restart: () => postgres!.restart() },
    { name: 'nats', kill: () => nats!.kill(), restart: () => nats!.restart() },
  ];
}
