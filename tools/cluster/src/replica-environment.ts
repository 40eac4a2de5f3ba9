import { join } from 'node:path';
import { type ReplicaPlace } from './cluster-layout';
import { type ClusterSecrets } from './cluster-secrets';

export interface EnvironmentOptions {
  /** Where each service is. */
  peers: string;
  databaseUrl: string;
  natsUrl: string;
  natsNamespace: string;
  secrets: ClusterSecrets;
  /** The folder of the certificates; undefined lets services talk in the clear. */
  certificates: string | undefined;
}

/** The environment of one replica, without what the caller of the cluster adds. */
export function replicaEnvironment(
  { service, grpcPort, probePort, doors }: ReplicaPlace,
  { peers, databaseUrl, natsUrl, natsNamespace, secrets, certificates }: EnvironmentOptions,
): Record<string, string> {
  return {
    WEFT_ADDRESS: `127.0.0.1:${grpcPort}`,
    WEFT_PROBE_ADDRESS: `127.0.0.1:${probePort}`,
    WEFT_PEERS: peers,
    WEFT_DATABASE_URL: databaseUrl,
    WEFT_NATS_URL: natsUrl,
    WEFT_NATS_NAMESPACE: natsNamespace,
    WEFT_IDENTITY_SECRET: secrets.identitySecret,
    WEFT_LOG_LEVEL: 'warn',
    ...securityOf(service, certificates),
    ...(doors === undefined
      ? {}
      : {
          WEFT_HTTP_PORT: String(doors.httpPort),
          WEFT_GRPC_PORT: String(doors.grpcPort),
          WEFT_GRPC_REFLECTION: 'true',
          WEFT_KEY_SECRET: secrets.keySecret,
          WEFT_ADMIN_KEY: secrets.adminKey,
        }),
  };
}

function securityOf(service: string, certificates: string | undefined): Record<string, string> {
  if (certificates === undefined) return { WEFT_INSECURE_TRANSPORT: 'true' };
  return {
    WEFT_TLS_CA_FILE: join(certificates, 'ca.crt'),
    WEFT_TLS_CERT_FILE: join(certificates, `${service}.crt`),
    WEFT_TLS_KEY_FILE: join(certificates, `${service}.key`),
  };
}
