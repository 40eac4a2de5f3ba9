// Prints the sum of the suites that have run since `reports/` was emptied, as the gate's last line.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

let passed = 0;
let failed = 0;
for (const name of readdirSync('reports').filter((file) => file.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(join('reports', name), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests + report.numRuntimeErrorTestSuites + report.numPendingTests;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
