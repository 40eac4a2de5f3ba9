import { join } from 'node:path';
import { internal } from '@weft/errors';
import { defineService } from '@weft/host';
import { ALL_TENANTS } from '@weft/postgres';
import {
  createInProcessTransport,
  type Peers,
  type RawCalls,
  type RpcService,
  type RunningServer,
} from '@weft/rpc';
import { createReadiness, type Logger, type ReadinessCheck } from '@weft/runtime';
import { apiKeyHandler } from './api-keys/api-key-handler';
import { type AdminKey, ensureAdminKey } from './api-keys/ensure-admin-key';
import { createKeyAuthenticator } from './api-keys/key-authenticator';
import { createPostgresApiKeyStore } from './api-keys/postgres-api-key-store';
import { quotaHandler } from './api-keys/quota-handler';
import { createRequestLimiter } from './api-keys/request-limiter';
import { everyScope, tenantsAdminScope } from './api-keys/scopes';
import { loadGatewayConfig } from './config';
import { createEntryPipeline } from './entry/entry-pipeline';
import { openGrpcDoor } from './grpc/grpc-door';
import { type HttpDoor, openHttpDoor } from './http/http-door';

/** Both doors, open. */
interface Doors {
  http: HttpDoor;
  grpc: RunningServer;
}

/** The tenant of the admin key. */
const defaultTenant = 'default';

/** The gateway: its own RPCs, and both doors, which open at `start`. */
export const gatewayService = defineService({
  name: 'gateway',
  loadConfig: loadGatewayConfig,
  migrationsFolder: join(__dirname, '..', 'migrations'),
  create({ config, logger, database, outbox, peers }) {
    const store = createPostgresApiKeyStore(database);
    const storageSecret = config.keySecret;
    const limiter = createRequestLimiter();
    const authenticator = createKeyAuthenticator({ store, storageSecret, cacheTtlMs: config.keyCacheTtlMs });
    const readiness = createReadiness();
    const services = [
      apiKeyHandler({ store, storageSecret, authenticator, outbox }),
      quotaHandler({ store, limiter }),
    ];
    const shared = {
      host: config.host,
      enter: createEntryPipeline({ authenticator, limiter }),
      raw: withOwnServices(services, peers, logger),
      logger,
    };
    let doors: Doors | undefined;
    readiness.add('gateway', () => checkReady());

    async function checkReady(): Promise<void> {
      await database.query(ALL_TENANTS, 'select 1');
    }

    async function drain(timeoutMs: number): Promise<void> {
      readiness.close();
      await Promise.all([doors?.http.drain(timeoutMs), doors?.grpc.drain(timeoutMs)]);
    }

    return {
      services,
      checkReady,
      /** The HTTP door; only between `start` and `stop`. */
      get http() {
        return openDoors(doors).http;
      },
      /** The gRPC door; only between `start` and `stop`. */
      get grpc() {
        return openDoors(doors).grpc;
      },
      /** Adds to what `GET /readyz` looks at. */
      addReadinessCheck: (name: string, check: ReadinessCheck) => readiness.add(name, check),
      /** Makes sure that a key with this secret exists. */
      ensureAdminKey: (key: AdminKey) => ensureAdminKey(key, { store, storageSecret, logger }),
      async start() {
        if (config.adminKey !== undefined) {
          const scopes = [everyScope, tenantsAdminScope];
          await ensureAdminKey(
            { secret: config.adminKey, tenantId: defaultTenant, scopes },
            { store, storageSecret, logger },
          );
        }
        const grpc = await openGrpcDoor({
          ...shared,
          port: config.grpcPort,
          reflection: config.grpcReflection,
        });
        try {
          const http = await openHttpDoor({ ...shared, ...config, port: config.httpPort, peers, readiness });
          doors = { http, grpc };
        } catch (error) {
          await grpc.stop();
          throw error;
        }
      },
      /** Not ready any more; requests and streams under way may end within `timeoutMs`, then they get a retryable error. */
      drain,
      async stop() {
        await drain(config.drainTimeoutMs);
        await Promise.all([doors?.http.close(), doors?.grpc.stop()]);
        doors = undefined;
      },
    };
  },
});

function openDoors(doors: Doors | undefined): Doors {
  if (doors === undefined) throw internal('the doors are not open');
  return doors;
}

/**
 * The gateway's own RPCs are called here, in this process, wherever the others are: the requests of a key are counted at the door
 * that they came to.
 */
function withOwnServices(services: RpcService[], peers: Peers, logger: Logger): RawCalls {
  const own = createInProcessTransport({ logger });
  own.add(services);
  const ownerOf = (path: string) => (path.startsWith('/weft.gateway.') ? own.raw : peers.raw);
  return {
    unary: (path, request, options) => ownerOf(path).unary(path, request, options),
    serverStream: (path, request, options) => ownerOf(path).serverStream(path, request, options),
    bidiStream: (path, requests, options) => ownerOf(path).bidiStream(path, requests, options),
  };
}
