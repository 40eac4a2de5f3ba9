import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { unavailable, WeftError } from '@weft/errors';

/**
 * Ports below those that systems give to outgoing connections: a server that is killed must find its port free again,
 * and a client that tries to reach it meanwhile must not, by chance, connect to itself.
 */
const portRange = { first: 20_000, last: 29_999 } as const;

const attemptsMax = 20;

/** Runs a start with a free port of 127.0.0.1, and again with another if somebody took it in between. */
export async function withFreePort<Value>(start: (port: number) => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      const isTaken = error instanceof WeftError && error.reason === 'PORT_TAKEN';
      if (!isTaken || attempt === attemptsMax) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const port = randomInt(portRange.first, portRange.last + 1);
    if (await canListen(port)) return port;
  }
  throw unavailable(
    'NO_FREE_PORT',
    `None of ${attemptsMax} ports tried from ${portRange.first} to ${portRange.last} is free.`,
  );
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
