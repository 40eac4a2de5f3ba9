import { connect } from 'node:net';

/** What a NATS server says of itself to whoever connects, before anything is asked of them. */
export interface NatsInfo {
  version: string;
  /** The server's name, by which one is told from another that listens on the same port. */
  name: string;
  /** Whether JetStream is on. */
  jetstream: boolean;
}

/**
 * Connects to the first server of a URL and reads what it says of itself. It says so in plain text, also when it goes on in TLS.
 *
 * @throws Error if nobody answers in time, or not as a NATS server does
 */
export function readNatsInfo(url: string, timeoutMs: number): Promise<NatsInfo> {
  const { hostname, port } = new URL(url.split(',')[0]!.trim());
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 4222) });
    const timer = setTimeout(() => socket.destroy(new Error(`no answer after ${timeoutMs} ms`)), timeoutMs);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (!text.includes('\n') && text.length < infoLengthMax) return;
      const info = parseNatsInfo(text);
      if (info === undefined) socket.destroy(new Error('what answers is no NATS server'));
      else {
        resolve(info);
        socket.destroy();
      }
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new Error('the connection was closed'));
    });
  });
}

const infoLengthMax = 64 * 1024;

/** Reads the line `INFO {…}` of the NATS protocol; undefined if the text is no such line. */
export function parseNatsInfo(text: string): NatsInfo | undefined {
  const json = /^INFO (\{.*\})/.exec(text)?.[1];
  if (json === undefined) return undefined;
  try {
    const info = JSON.parse(json) as { version?: unknown; server_name?: unknown; jetstream?: unknown };
    return typeof info.version === 'string'
      ? { version: info.version, name: String(info.server_name), jetstream: info.jetstream === true }
      : undefined;
  } catch {
    return undefined;
  }
}
