import { type HostedService } from '@weft/host';
import {
  authenticateInternal,
  connectGrpc,
  createIdentityTokens,
  type RunningServer,
  serve,
  type Transport,
} from '@weft/rpc';
import { silentLogger } from '@weft/runtime';

/** A service that is served on a real gRPC port, and what reaches it there. */
export interface ServedService {
  server: RunningServer;
  transport: Transport;
}

/** Serves a created service as a process of its own would, and starts it. Stopping all three is the caller's. */
export async function serveHosted(hosted: HostedService): Promise<ServedService> {
  const tokens = createIdentityTokens(Buffer.alloc(32, 7));
  const server = await serve({
    services: hosted.instance.services,
    address: '127.0.0.1:0',
    security: { kind: 'insecure' },
    authenticate: authenticateInternal(tokens),
    logger: silentLogger,
  });
  await hosted.start();
  const transport = connectGrpc({
    target: `127.0.0.1:${server.port}`,
    security: { kind: 'insecure' },
    tokens,
  });
  return { server, transport };
}
