import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeDoor, sendConnectError, sendJson, startFakeDoor } from './fake-door.fixture';
import { startWeft, weft } from './weft-command.fixture';

let door: FakeDoor;
let folder: string;

beforeEach(async () => {
  door = await startFakeDoor();
  folder = mkdtempSync(join(tmpdir(), 'weft-cli-'));
  door.on('/v1/models', { data: [] });
});
afterEach(async () => {
  await door.close();
  rmSync(folder, { recursive: true });
});

describe('the key', () => {
  function keepKey(dataDir: string): void {
    mkdirSync(join(folder, dataDir));
    writeFileSync(join(folder, dataDir, 'admin-key'), 'weft_kept\n');
  }

  it('is the option rather than the environment', async () => {
    await weft(['models', '--key', 'option'], { url: door.url, key: 'environment' });
    expect(door.requests[0]!.authorization).toBe('Bearer option');
  });

  it('is the one that standalone keeps, when none is given', async () => {
    keepKey('.weft');
    await weft(['models'], { url: door.url, key: '', cwd: folder });
    expect(door.requests[0]!.authorization).toBe('Bearer weft_kept');
  });

  it('is looked for in WEFT_DATA_DIR', async () => {
    keepKey('data');
    await weft(['models'], { url: door.url, key: '', cwd: folder, env: { WEFT_DATA_DIR: 'data' } });
    expect(door.requests[0]!.authorization).toBe('Bearer weft_kept');
  });

  it('has to be there: without one, nothing is asked', async () => {
    const { exitCode } = await weft(['models'], { url: door.url, key: '', cwd: folder });
    expect({ exitCode, requests: door.requests.length }).toEqual({ exitCode: 2, requests: 0 });
  });

  it('is not in what is printed when it is refused', async () => {
    door.on('/v1/models', (_request, response) =>
      sendJson(response, 401, {
        error: { message: 'The key is not known.', param: null, code: 'invalid_api_key' },
      }),
    );
    const { out, error } = await weft(['models'], { url: door.url, key: 'weft_canary' });
    expect(out + error).not.toContain('weft_canary');
  });
});

describe('the address', () => {
  it('is the option rather than the environment', async () => {
    await weft(['models', '--url', door.url], { url: 'http://127.0.0.1:1' });
    expect(door.requests).toHaveLength(1);
  });

  it('may have a path', async () => {
    door.on('/weft/v1/models', { data: [] });
    expect((await weft(['models'], { url: `${door.url}/weft/` })).exitCode).toBe(0);
  });

  it('where nobody listens is named, with what to do', async () => {
    await door.close();
    const { exitCode, error } = await weft(['models'], { url: door.url });
    expect({ exitCode, error }).toEqual({
      exitCode: 1,
      error: `weft: ${door.url} cannot be reached (ECONNREFUSED). (UNREACHABLE)\n  Start weft with \`make run\`, or say where it is with --url or WEFT_URL.\n`,
    });
    door = await startFakeDoor();
  });
});

describe('an error', () => {
  it('in the shape of the Connect protocol is told with reason and field', async () => {
    door.on('/v1/models', (_request, response) =>
      sendConnectError(response, 400, 'invalid_argument', 'must not be negative', {
        reason: 'INVALID_REQUEST',
        field: 'page_size',
      }),
    );
    const { error } = await weft(['models'], { url: door.url });
    expect(error).toBe('weft: must not be negative (INVALID_REQUEST)\n  field: page_size\n');
  });

  it('of weft itself names the request to look for', async () => {
    door.on('/v1/models', (_request, response) =>
      sendConnectError(response, 500, 'internal', 'Internal error.'),
    );
    const { error } = await weft(['models'], { url: door.url });
    expect(error).toContain("Look for the request request-1 in weft's log.");
  });

  it('that has no shape at all is told by its status', async () => {
    door.on('/v1/models', (_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<h1>Bad gateway</h1>');
    });
    const { exitCode, error } = await weft(['models'], { url: door.url });
    expect({ exitCode, error }).toEqual({ exitCode: 1, error: expect.stringContaining('HTTP 502') });
  });

  it('cannot take over the terminal', async () => {
    door.on('/v1/models', (_request, response) =>
      sendConnectError(response, 400, 'invalid_argument', 'a\u001b[2Jb'),
    );
    const { error } = await weft(['models'], { url: door.url });
    expect(error).not.toContain('\u001b');
  });

  it('is told when the answer is not JSON', async () => {
    door.on('/v1/models', (_request, response) => void response.end('<html>'));
    const { exitCode, error } = await weft(['models'], { url: door.url });
    expect({ exitCode, error }).toEqual({ exitCode: 1, error: expect.stringContaining('NOT_JSON') });
  });
});

describe('the command line', () => {
  it.each([[['bogus']], [['models', '--bogus']], [['runs', 'show']], [[]]])(
    '%j is wrong usage',
    async (commandLine) => {
      expect((await weft(commandLine)).exitCode).toBe(2);
    },
  );

  it.each([[['--help']], [['ingest', '--help']], [['--version']]])('%j ends well', async (commandLine) => {
    expect((await weft(commandLine)).exitCode).toBe(0);
  });
});

it('ends a call on SIGTERM with the code that shells give it', async () => {
  const arrived = Promise.withResolvers<void>();
  door.on('/v1/models', () => arrived.resolve());
  const command = startWeft(['models'], { url: door.url });
  await arrived.promise;
  command.signal('SIGTERM');
  expect(await command.end).toEqual({ exitCode: 143, out: '', error: '' });
});
