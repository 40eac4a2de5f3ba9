import { freePorts } from './free-ports';
import { type ServiceName, serviceNames } from './service-names';

/** Where one replica of a service is. */
export interface ReplicaPlace {
  service: ServiceName;
  /** From 0. */
  replica: number;
  grpcPort: number;
  probePort: number;
  /** The doors; of a gateway alone. */
  doors: { httpPort: number; grpcPort: number } | undefined;
}

/** How many replicas of each service there are: one where nothing is said. */
export type ReplicaCounts = Partial<Record<ServiceName, number>>;

/**
 * Gives every replica ports of its own.
 *
 * @param doors the ports of the first gateway's doors; free ones if left out
 */
export async function layOutCluster(
  replicas: ReplicaCounts,
  doors?: { httpPort: number; grpcPort: number },
): Promise<ReplicaPlace[]> {
  const all = serviceNames.flatMap((service) =>
    Array.from({ length: replicas[service] ?? 1 }, (_, replica) => ({ service, replica })),
  );
  const ports = await freePorts(all.length * 2 + (replicas.gateway ?? 1) * 2);
  const next = () => ports.pop()!;
  return all.map(({ service, replica }) => ({
    service,
    replica,
    grpcPort: next(),
    probePort: next(),
    doors: service === 'gateway' ? doorsOf(replica, doors, next) : undefined,
  }));
}

/** Where each replica is, as `WEFT_PEERS` says it, with services that run elsewhere. */
export function peersSetting(
  places: readonly ReplicaPlace[],
  others: Partial<Record<ServiceName, string>> = {},
): string {
  const own = places.map(({ service, grpcPort }) => `${service}=127.0.0.1:${grpcPort}`);
  return [...own, ...Object.entries(others).map(([service, target]) => `${service}=${target}`)].join(',');
}

function doorsOf(
  replica: number,
  given: { httpPort: number; grpcPort: number } | undefined,
  next: () => number,
) {
  return replica === 0 && given !== undefined ? given : { httpPort: next(), grpcPort: next() };
}
