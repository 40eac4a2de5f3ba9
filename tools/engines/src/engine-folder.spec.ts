import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineFolder, type SystemFolders } from './engine-folder';
import { isReachable } from './reachable-folder';

const account = { uid: 65534, gid: 65534 };
let root: string;
let system: SystemFolders;
const modeOf = (folder: string) => statSync(folder).mode & 0o777;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'weft-folder-')));
  chmodSync(root, 0o755);
  system = { temporary: join(root, 'tmp'), substitutes: join(root, 'lib', 'weft', 'engines') };
  for (const name of ['tmp', 'tmp/closed', 'home', 'home/closed']) mkdirSync(join(root, name));
  for (const name of ['tmp/closed', 'home/closed']) chmodSync(join(root, name), 0o700);
});

afterEach(() => rmSync(root, { recursive: true }));

it('is for this user alone where the engine runs as this user', async () => {
  const folder = await engineFolder(join(root, 'home/closed/engine'), undefined, system);
  expect([folder, modeOf(folder)]).toEqual([join(root, 'home/closed/engine'), 0o700]);
});

it('can be passed through by another user', async () => {
  const folder = await engineFolder(join(root, 'home/engine'), account, system);
  expect([folder, modeOf(folder)]).toEqual([join(root, 'home/engine'), 0o711]);
});

it('opens what is closed below the temporary folder', async () => {
  const folder = await engineFolder(join(root, 'tmp/closed/engine'), account, system);
  expect([folder, await isReachable(folder)]).toEqual([join(root, 'tmp/closed/engine'), true]);
});

describe('below a closed folder elsewhere', () => {
  const closed = () => join(root, 'home/closed');
  const use = (name: string) => engineFolder(join(closed(), name), account, system);

  it('is a substitute that the other user can get to', async () => {
    const folder = await use('engine');
    expect([folder.startsWith(system.substitutes), await isReachable(folder)]).toEqual([true, true]);
  });

  it('leaves the closed folder closed', async () => {
    await use('engine');
    expect(modeOf(closed())).toBe(0o700);
  });

  it('is the same substitute the next time, and another for another folder', async () => {
    const [first, second, other] = [await use('engine'), await use('engine'), await use('engine2')];
    expect([second === first, other === first]).toEqual([true, false]);
  });
});

it('is refused where no other user can get to the substitute either', async () => {
  const nowhere = { ...system, substitutes: join(root, 'home/closed/lib/weft/engines') };
  await expect(engineFolder(join(root, 'home/closed/engine'), account, nowhere)).rejects.toMatchObject({
    reason: 'FOLDER_CLOSED',
  });
});
