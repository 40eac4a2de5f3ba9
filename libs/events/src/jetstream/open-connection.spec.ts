import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { nkeys } from '@nats-io/transport-node';

import { type NatsCredentials } from './jetstream-options';
import { openConnection } from './open-connection';
import { greetingOf, type ScriptedServer, startScriptedServer } from './scripted-server.fixture';
import { parseNatsUrl } from './server-address';

let server: ScriptedServer;

beforeEach(async () => {
  server = await startScriptedServer(greetingOf('2.15.0'));
});

afterEach(() => server.close());

/** What a client says of itself that opens a connection. */
async function sayHello(natsUrl: string, credentials: NatsCredentials = {}) {
  const connection = await openConnection(parseNatsUrl(natsUrl)[0]!, { natsUrl, credentials });
  await connection.close();
  return server.said.at(-1)!;
}

describe('openConnection', () => {
  it('shows the name and password of the URL', async () => {
    expect(await sayHello(`nats://me:pass@127.0.0.1:${server.port}`)).toMatchObject({
      user: 'me',
      pass: 'pass',
    });
  });

  it('shows the token of the URL', async () => {
    expect(await sayHello(`nats://token@127.0.0.1:${server.port}`)).toMatchObject({ auth_token: 'token' });
  });

  it('shows the credentials that are given rather than those of the URL', async () => {
    const said = await sayHello(`nats://me:pass@127.0.0.1:${server.port}`, { user: 'you', pass: 'word' });
    expect(said).toMatchObject({ user: 'you', pass: 'word' });
  });

  it('shows the JWT of a credentials file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weft-credentials-'));
    const credentialsFile = join(folder, 'user.creds');
    const seed = Buffer.from(nkeys.createUser().getSeed()).toString();
    writeFileSync(
      credentialsFile,
      `-----BEGIN NATS USER JWT-----\neyJ0.eyJ1.c2ln\n------END NATS USER JWT------\n
-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
    );
    const said = await sayHello(server.url, { credentialsFile });
    rmSync(folder, { recursive: true });
    expect(said).toMatchObject({ jwt: 'eyJ0.eyJ1.c2ln' });
  });

  it('shows nothing when there is nothing', async () => {
    const said = await sayHello(server.url);
    expect(['user', 'pass', 'auth_token', 'jwt'].filter((name) => name in said)).toEqual([]);
  });

  it('tells a server without TLS nothing when the URL asks for TLS', async () => {
    const url = `tls://me:pass@127.0.0.1:${server.port}`;
    await expect(sayHello(url)).rejects.toThrow("does not support 'tls'");
    expect(server.said).toEqual([]);
  });
});
