import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliConfig } from '../config';
import { UsageError } from '../usage-error';
import { findDoor } from './door-address';

let config: CliConfig;

beforeEach(() => {
  const dataDir = mkdtempSync(join(tmpdir(), 'weft-cli-'));
  config = { url: 'http://127.0.0.1:8080', apiKey: undefined, dataDir };
});
afterEach(() => rmSync(config.dataDir, { recursive: true }));

function keepKey(text = 'weft_kept\n'): void {
  writeFileSync(join(config.dataDir, 'admin-key'), text);
}

it('takes options rather than settings', () => {
  const door = findDoor({ url: 'https://weft.example', key: 'option' }, { ...config, apiKey: 'setting' });
  expect(door).toEqual({ url: 'https://weft.example', apiKey: 'option', keySource: 'the option --key' });
});

it('takes the key of the settings rather than the one that standalone keeps', () => {
  keepKey();
  expect(findDoor({}, { ...config, apiKey: 'setting' }).apiKey).toBe('setting');
});

describe('with the profile of a cluster', () => {
  beforeEach(() => {
    keepKey();
    mkdirSync(join(config.dataDir, 'cluster'));
    const profile = { url: 'http://127.0.0.1:8081', apiKey: 'weft_cluster' };
    writeFileSync(join(config.dataDir, 'cluster', 'client-profile.json'), JSON.stringify(profile));
  });

  it('takes its key for its address, and says where the key was', () => {
    expect(findDoor({ url: 'http://127.0.0.1:8081/' }, config)).toEqual({
      url: 'http://127.0.0.1:8081',
      apiKey: 'weft_cluster',
      keySource: `the file ${join(config.dataDir, 'cluster', 'client-profile.json')}`,
    });
  });

  it('takes the key of standalone for another address', () => {
    expect(findDoor({}, config)).toMatchObject({
      apiKey: 'weft_kept',
      keySource: `the file ${join(config.dataDir, 'admin-key')}`,
    });
  });

  it('says which file is damaged', () => {
    writeFileSync(join(config.dataDir, 'cluster', 'client-profile.json'), '{');
    expect(() => findDoor({}, config)).toThrow(/client-profile\.json cannot be read/);
  });
});

it.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080', 'http://127.9.9.9'])(
  'takes the key that standalone keeps for %s',
  (url) => {
    keepKey();
    expect(findDoor({ url }, config).apiKey).toBe('weft_kept');
  },
);

it.each(['https://weft.example', 'http://10.0.0.1', 'http://127.0.0.1.example', 'http://localhost.example'])(
  'does not send the key that standalone keeps to %s',
  (url) => {
    keepKey();
    expect(() => findDoor({ url }, config)).toThrow('There is no API key');
  },
);

it('says what to do when there is no key', () => {
  expect(() => findDoor({}, config)).toThrow(/Set WEFT_API_KEY or give --key, or start weft/);
});

it('keeps the path of the address, without a slash at the end', () => {
  expect(findDoor({ url: 'https://example.org/weft/', key: 'k' }, config).url).toBe(
    'https://example.org/weft',
  );
});

it.each(['nonsense', 'ftp://host', 'http://user:secret@host', 'http://host?key=1'])(
  'refuses the address %s',
  (url) => {
    expect(() => findDoor({ url, key: 'k' }, config)).toThrow(UsageError);
  },
);

it.each(['', 'two words', 'line\nbreak', 'ключ'])('refuses the key %j, which no header can carry', (key) => {
  expect(() => findDoor({ key }, config)).toThrow(UsageError);
});
