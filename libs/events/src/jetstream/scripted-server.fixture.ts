import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A server that greets as a NATS server does, or does not, and keeps what it is told. */
export interface ScriptedServer {
  port: number;
  url: string;
  /** What each client said of itself. */
  said: Record<string, unknown>[];
  /** How many connections are open. */
  open(): number;
  close(): Promise<void>;
}

/** Starts one. Without a greeting it takes connections and says nothing. */
export async function startScriptedServer(greeting?: string): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const said: Record<string, unknown>[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      const text = data.toString();
      const hello = /CONNECT (\{.*\})/.exec(text);
      if (hello) said.push(JSON.parse(hello[1]!) as Record<string, unknown>);
      if (text.includes('PING')) socket.write('PONG\r\n');
    });
    if (greeting !== undefined) socket.write(greeting);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    said,
    open: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The greeting of a NATS server of some version. */
export function greetingOf(version: string): string {
  const info = { server_id: 'x', version, proto: 1, headers: true, jetstream: true, max_payload: 1_048_576 };
  return `INFO ${JSON.stringify(info)}\r\n`;
}
