import { basename } from 'node:path';
import { filesIn, readText } from './workspace';

const files = filesIn();

/** Put together here, so that this file does not hold what none may. */
const registryHosts = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['npm', 'pkg', 'github', 'com'],
  ['registry', 'npmmirror', 'com'],
  ['jfrog', 'io'],
  ['pypi', 'org'],
  ['files', 'pythonhosted', 'org'],
  ['proxy', 'golang', 'org'],
  ['static', 'crates', 'io'],
].map((labels) => labels.join('.'));

const unfinished = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);

const filesWith = (found: (text: string) => boolean) => files.filter((file) => found(readText(file)));

it('there are files to look at', () => {
  expect(files).toEqual(
    expect.arrayContaining(['package.json', 'libs/rpc/src/index.ts', 'package-lock.json']),
  );
});

it('no file names a package registry', () => {
  expect(filesWith((text) => registryHosts.some((host) => text.includes(host)))).toEqual([]);
});

it('no source is marked as unfinished', () => {
  const sources = files.filter((file) => /\.(ts|mjs|js|proto|sql)$/.test(file));
  expect(sources.filter((file) => unfinished.test(readText(file)))).toEqual([]);
});

it('no source is a drawer for things without a name', () => {
  const drawers = /^(?:utils?|helpers?|common|misc|shared)\.ts$/;
  expect(files.filter((file) => drawers.test(basename(file)))).toEqual([]);
});

it('no test is skipped or runs alone', () => {
  const marks = new RegExp(
    `\\b(?:it|test|describe)\\.(?:${['sk' + 'ip', 'on' + 'ly', 'to' + 'do'].join('|')})\\b|\\bx(?:it|describe)\\(`,
  );
  const specs = files.filter((file) => file.endsWith('.spec.ts'));
  expect(specs.filter((file) => marks.test(readText(file)))).toEqual([]);
});
