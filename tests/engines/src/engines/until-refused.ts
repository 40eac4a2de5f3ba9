import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Returns once nobody listens on a port any more; the test's own time limit ends a wait in vain. */
export async function untilRefused(port: number): Promise<void> {
  while (await isListening(port)) await delay(20);
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
