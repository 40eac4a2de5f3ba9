import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCranfield } from './find-cranfield';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function collectionIn(...path: string[]): string {
  const place = join(folder, ...path);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'corpus.jsonl'), '');
  return place;
}

it('is found beside a folder above', () => {
  const place = collectionIn('shared', 'data', 'cranfield');
  expect(findCranfield({}, join(folder, 'repository', 'bench', 'dist'))).toBe(place);
});

it('is found where the variable says, rather than above', () => {
  collectionIn('shared', 'data', 'cranfield');
  const place = collectionIn('elsewhere');
  expect(findCranfield({ WEFT_CRANFIELD_DIR: place }, folder)).toBe(place);
});

it('may be missing', () => {
  expect(findCranfield({}, folder)).toBeUndefined();
});

it('is not looked for elsewhere when the variable is wrong', () => {
  collectionIn('shared', 'data', 'cranfield');
  expect(() => findCranfield({ WEFT_CRANFIELD_DIR: join(folder, 'x') }, folder)).toThrow(
    'WEFT_CRANFIELD_DIR',
  );
});
