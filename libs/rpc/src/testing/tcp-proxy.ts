import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, and does to their connections what networks and machines do. */
export interface TcpProxy {
  port: number;
  /** Breaks every connection, and takes no new ones. */
  cut(): Promise<void>;
  /** Takes connections again, on the port it had. */
  restore(): Promise<void>;
  /** From now on passes no byte, on any connection, and closes none. */
  freeze(): void;
  close(): Promise<void>;
}

export async function openTcpProxy(toPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let frozen = false;
  let server: Server;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  };
  const pass = (near: Socket) => {
    keep(near);
    if (frozen) return;
    const far = connect(toPort, '127.0.0.1');
    keep(far);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  };
  const listen = async (port: number) => {
    server = createServer(pass);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as { port: number }).port;
  };
  const port = await listen(0);
  const cut = async () => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port,
    cut,
    restore: async () => void (await listen(port)),
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.unpipe();
    },
    close: cut,
  };
}
