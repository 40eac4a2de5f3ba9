import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo } from 'node:net';
import { unavailable } from '@weft/errors';

/** A server of those who watch a process: they have no certificate. */
export interface PlainHttpServer {
  port: number;
  close(): Promise<void>;
}

/**
 * Listens for plain HTTP.
 *
 * @param address `host:port`; port 0 lets the system choose
 * @param what is served there, such as `The probes`
 * @throws WeftError UNAVAILABLE `ADDRESS_IN_USE`
 */
export async function openPlainHttpServer(
  address: string,
  what: string,
  answer: RequestListener,
): Promise<PlainHttpServer> {
  const server = createServer(answer);
  const colon = address.lastIndexOf(':');
  server.listen({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw unavailable('ADDRESS_IN_USE', `${what} cannot listen on ${address}.`, { cause });
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
