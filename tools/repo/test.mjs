// Runs suites and prints the sum of all of them as the last line: every suite that needs only Node, or those of `--config <file>`.
// All arguments go to jest.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

const config = process.argv[process.argv.indexOf('--config') + 1];
const report = join(
  'reports',
  process.argv.includes('--config') ? `${basename(config, '.config.js')}.json` : 'jest.json',
);
mkdirSync('reports', { recursive: true });
rmSync(report, { force: true });

const jest = join('node_modules', 'jest', 'bin', 'jest.js');
const { status } = spawnSync(
  process.execPath,
  [jest, '--ci', '--json', `--outputFile=${report}`, ...process.argv.slice(2)],
  // The report goes to the file; people read what jest writes to stderr.
  { stdio: ['ignore', 'ignore', 'inherit'] },
);

if (!existsSync(report)) {
  console.log('0 passed, 1 failed');
  process.exit(status || 1);
}
const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(
  readFileSync(report, 'utf8'),
);
const failed = numFailedTests + numRuntimeErrorTestSuites;
if (numPendingTests > 0) console.log(`${numPendingTests} tests were skipped, and none may be`);
console.log(`${numPassedTests} passed, ${failed + numPendingTests} failed`);
process.exit(status || (failed + numPendingTests > 0 || numPassedTests === 0 ? 1 : 0));
