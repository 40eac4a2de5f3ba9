import { createConnection } from 'node:net';

import { WeftError } from '@weft/errors';

import { hostAndPort, type ServerAddress } from './server-address';

const oldestVersion = [2, 11] as const;
const greetingLengthMax = 65_536;

/**
 * Resolves when a server answers that is new enough; rejects with what is wrong, FAILED_PRECONDITION `EVENT_SERVER_TOO_OLD` for one that is
 * older than 2.11. The client is used only after it, for it leaves a socket open whenever a server takes its connection and says nothing.
 * Source of the greeting: NATS client protocol, INFO.
 */
export async function probeServer(address: ServerAddress, timeoutMs: number): Promise<void> {
  const greeting = await readGreeting(address, timeoutMs);
  const version = /"version"\s*:\s*"(\d+)\.(\d+)/.exec(greeting);
  if (!greeting.startsWith('INFO ') || !version) {
    throw new Error(`What answers at ${hostAndPort(address)} is not a NATS server.`);
  }
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (major > oldestVersion[0] || (major === oldestVersion[0] && minor >= oldestVersion[1])) return;
  throw new WeftError(
    'FAILED_PRECONDITION',
    'EVENT_SERVER_TOO_OLD',
    `The NATS server at ${hostAndPort(address)} is ${major}.${minor}. Events need ${oldestVersion.join('.')} or later.`,
  );
}

function readGreeting(address: ServerAddress, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let greeting = '';
    const socket = createConnection({ host: address.host, port: address.port });
    const end = (settle: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const fail = (why: string) =>
      end(() => reject(new Error(`The NATS server at ${hostAndPort(address)} ${why}.`)));
    const timer = setTimeout(() => fail(`did not answer within ${timeoutMs} ms`), timeoutMs);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      greeting += text;
      if (greeting.includes('\n') || greeting.length > greetingLengthMax) end(() => resolve(greeting));
    });
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('close', () => fail('closed the connection'));
  });
}
