// Lints everything. The rule of module boundaries reads Nx's project graph and is skipped without one, so the graph is made first.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const env = { ...process.env, NX_DAEMON: 'false' };
execFileSync(process.execPath, [join('node_modules', 'nx', 'dist', 'bin', 'nx.js'), 'show', 'projects'], {
  env,
  stdio: ['ignore', 'ignore', 'inherit'],
});
execFileSync(
  process.execPath,
  [join('node_modules', 'eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0'],
  { env, stdio: 'inherit' },
);
