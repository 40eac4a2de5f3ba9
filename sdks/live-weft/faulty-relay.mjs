import { connect, createServer } from 'node:net';

/**
 * A TCP relay to a port, whose connections fail when they are told to, as a network's do. What stands at the port knows a connection by
 * the relay's port to it.
 */
export async function startFaultyRelay(targetPort) {
  const clients = new Map();
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    target.once('connect', () => clients.set(target.localPort, { client, target }));
    for (const [from, to] of [
      [client, target],
      [target, client],
    ]) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.once('close', () => to.destroy());
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const take = (port, fault) => {
    const { client, target } = clients.get(port);
    target.unpipe(client);
    fault(client, target);
  };
  return {
    port: server.address().port,
    /** Ends a connection with RST. */
    reset: (port) => take(port, (client) => client.resetAndDestroy()),
    /** Ends a connection with FIN. */
    close: (port) => take(port, (client) => client.end()),
    /** From now on nothing comes from the other end, and nobody says so: a cable that was pulled. */
    silence: (port) =>
      take(port, (client, target) => {
        client.unpipe(target);
        client.resume();
        target.resume();
      }),
    stop: () => {
      server.close();
      for (const { client, target } of clients.values()) {
        client.destroy();
        target.destroy();
      }
    },
  };
}
