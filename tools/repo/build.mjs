// Builds everything: contracts, then all projects by their references, then the database snapshot that first starts begin from.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

run(process.execPath, 'tools/repo/generate-contracts.mjs');
run(process.execPath, join('node_modules', 'typescript', 'bin', 'tsc'), '-b');
run(process.execPath, 'libs/postgres/scripts/make-snapshot.mjs');

function run(command, ...args) {
  execFileSync(command, args, { stdio: 'inherit' });
}
