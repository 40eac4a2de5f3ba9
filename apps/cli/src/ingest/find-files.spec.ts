import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findFiles } from './find-files';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(uri: string): void {
  const file = join(folder, uri);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
}

it('finds every kind of document, in order', async () => {
  const uris = ['a.md', 'b.MARKDOWN', 'c/d.txt', 'c/e.html', 'c/f/g.htm', 'c/f/h.pdf', 'i.docx'];
  uris.toReversed().forEach(write);
  expect((await findFiles(folder)).uris).toEqual(uris);
});

it('leaves out what is hidden, what is installed and what is no document', async () => {
  ['.hidden.md', '.git/a.md', 'node_modules/b/README.md', 'deep/node_modules/c.md', 'd.png', 'md'].forEach(
    write,
  );
  expect((await findFiles(folder)).uris).toEqual([]);
});

it('does not follow links, so that nothing outside of the folder is taken', async () => {
  write('inside/secret.md');
  mkdirSync(join(folder, 'taken'));
  symlinkSync(join(folder, 'inside'), join(folder, 'taken', 'folder'));
  symlinkSync(join(folder, 'inside', 'secret.md'), join(folder, 'taken', 'file.md'));
  expect((await findFiles(join(folder, 'taken'))).uris).toEqual([]);
});

it('fails when the folder itself is not there', async () => {
  await expect(findFiles(join(folder, 'missing'))).rejects.toThrow('ENOENT');
});
