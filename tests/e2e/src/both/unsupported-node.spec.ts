import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const repository = join(__dirname, '..', '..', '..', '..');
const oldNode = "Object.defineProperty(process.versions, 'node', { value: '20.20.2' });";
const preload = `data:text/javascript,${encodeURIComponent(oldNode)}`;

it.each(['apps/standalone/dist/main.js', 'services/gateway/dist/main.js', 'services/llm/dist/main.js'])(
  '%s says in one line which Node it needs, before a dependency fails',
  (script) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', preload, script], {
      cwd: repository,
      env: {},
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^weft needs Node 22\.19 or newer, and this is v.+ Start it with `make run`.*\n$/);
  },
);
