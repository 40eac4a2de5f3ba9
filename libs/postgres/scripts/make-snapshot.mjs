// Makes the file of a fresh database that a first start unpacks instead of running initdb: dist/snapshot.tar.
// Made again only when PGlite, pgvector or the way it is made changes. Run after the package is compiled.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const { dependencies } = require('../package.json');

const recipe = createHash('sha256');
for (const name of ['@electric-sql/pglite', '@electric-sql/pglite-pgvector'])
  recipe.update(`${name} ${dependencies[name]}\n`);
for (const file of ['cluster.js', 'snapshot.js']) recipe.update(readFileSync(join(dist, 'embedded', file)));
const key = recipe.digest('hex');

const archiveFile = join(dist, 'snapshot.tar');
const keyFile = join(dist, 'snapshot.key');
const isCurrent = existsSync(archiveFile) && existsSync(keyFile) && readFileSync(keyFile, 'utf8') === key;
if (!isCurrent) {
  const { makeSnapshot } = require(join(dist, 'embedded', 'snapshot.js'));
  const unfinished = `${archiveFile}.${process.pid}`;
  writeFileSync(unfinished, await makeSnapshot());
  renameSync(unfinished, archiveFile);
  writeFileSync(keyFile, key);
}
