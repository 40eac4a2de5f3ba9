// Builds what asks Prometheus' own parser and engine (tests/k8s/promql) into .weft/promql, once. promtool would say more, and takes five
// minutes of processor time to build: it has every cloud's service discovery in it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Prometheus 3.5. Go checks the module against its checksum database. */
const module = 'github.com/prometheus/prometheus@v0.305.0';

const root = join(import.meta.dirname, '..', '..');
const source = join(root, 'tests', 'k8s', 'promql', 'main.go');
const version = createHash('sha256')
  .update(readFileSync(import.meta.filename))
  .update(readFileSync(source))
  .digest('hex')
  .slice(0, 16);

/** Builds what is missing; answers with where it is. */
export function fetchPromql() {
  const folder = join(root, '.weft', 'promql', version);
  if (!existsSync(folder)) buildInto(folder);
  return join(folder, 'promql');
}

/** The folder appears under its name when the program is in it. */
function buildInto(folder) {
  const work = mkdtempSync(join(tmpdir(), 'weft-promql-'));
  const made = `${folder}.${process.pid}`;
  try {
    console.error("building what asks Prometheus' engine (once; it takes a minute or two)");
    mkdirSync(made, { recursive: true });
    cpSync(source, join(work, 'main.go'));
    writeFileSync(join(work, 'go.mod'), 'module promql\n\ngo 1.24\n');
    go(work, ['get', module]);
    go(work, ['build', '-o', join(made, 'promql'), '.']);
    renameSync(made, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(made, { recursive: true, force: true });
  }
}

function go(cwd, args) {
  execFileSync('go', args, {
    cwd,
    env: { ...process.env, GOFLAGS: '-mod=mod' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
