// Builds a real API server of Kubernetes, and the etcd that it keeps its objects in, into .weft/k8s, once: from source, since nobody
// packages them. Go checks every module against its checksum database.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of the minor version whose schemas the tests use. */
const kubernetes = '1.34.4';
/** The one that this Kubernetes is made with. */
const etcd = 'v3.6.4';

const root = join(import.meta.dirname, '..', '..');
const version = createHash('sha256')
  .update(readFileSync(import.meta.filename))
  .digest('hex')
  .slice(0, 16);

/** Builds what is missing; answers with where both are. */
export function fetchApiServer() {
  const folder = join(root, '.weft', 'k8s', `api-server-${version}`);
  if (!existsSync(folder)) buildInto(folder);
  return { apiServer: join(folder, 'kube-apiserver'), etcd: join(folder, 'etcd') };
}

/** The folder appears under its name when both are there. */
function buildInto(folder) {
  const work = mkdtempSync(join(tmpdir(), 'weft-api-server-'));
  const made = `${folder}.${process.pid}`;
  try {
    mkdirSync(made, { recursive: true });
    console.error('building kube-apiserver and etcd (once; it takes some minutes)');
    writeFileSync(join(work, 'go.mod'), moduleFile(stagingModules(work)));
    build(work, 'k8s.io/kubernetes/cmd/kube-apiserver', join(made, 'kube-apiserver'));
    build(work, 'go.etcd.io/etcd/server/v3', join(made, 'etcd'));
    renameSync(made, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(made, { recursive: true, force: true });
  }
}

/** The modules that Kubernetes' own repository holds besides: it takes them from a folder that its module lacks. */
function stagingModules(work) {
  writeFileSync(join(work, 'go.mod'), 'module modules\n');
  const { GoMod } = JSON.parse(go(work, ['mod', 'download', '-json', `k8s.io/kubernetes@v${kubernetes}`]));
  return [...readFileSync(GoMod, 'utf8').matchAll(/^\t(\S+) => \.\/staging\//gm)].map(([, name]) => name);
}

/** Each of them was published as v0 of the same release. */
function moduleFile(staging) {
  const replacements = staging.map((name) => `replace ${name} => ${name} v${kubernetes.replace(/^1/, '0')}`);
  return [
    'module api-server',
    'go 1.24.0',
    `require k8s.io/kubernetes v${kubernetes}`,
    `require go.etcd.io/etcd/server/v3 ${etcd}`,
    ...replacements,
    '',
  ].join('\n');
}

function build(work, name, to) {
  go(work, ['build', '-trimpath', '-ldflags=-s -w', '-o', to, name]);
}

function go(cwd, args) {
  const env = { ...process.env, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' };
  return execFileSync('go', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
