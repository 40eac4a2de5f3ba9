// Tests the manifests, with an API server of Kubernetes too, the bundle and the compose file, and prints the sum as the last line. Needs Go, and
// Python with pip, once; the bundle's test takes the engines of WEFT_DATABASE_URL and WEFT_NATS_URL, or starts some.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fetchApiServer } from './fetch-api-server.mjs';
import { fetchK8sTools } from './fetch-k8s-tools.mjs';

const report = join('reports', 'k8s.json');
mkdirSync('reports', { recursive: true });
// A report that is not there is not counted: a start that fails ends with an error of its own.
rmSync(report, { force: true });
fetchK8sTools();
fetchApiServer();
const folder = join('tests', 'k8s');
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.test.mjs'))
  .map((name) => join(process.cwd(), folder, name));

const counts = { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0, numPendingTests: 0 };
const stream = run({ files, concurrency: 1 });
stream.on('test:pass', (event) => {
  if (event.details.type === 'suite') return;
  if (event.skip !== undefined || event.todo !== undefined) counts.numPendingTests++;
  else counts.numPassedTests++;
});
stream.on('test:fail', (event) => {
  // A suite fails with its tests; a hook of its own that failed has none to show for it.
  const own = event.details.error?.failureType !== 'subtestsFailed';
  if (event.details.type !== 'suite') counts.numFailedTests++;
  else if (own) counts.numRuntimeErrorTestSuites++;
});
stream.compose(spec()).pipe(process.stderr);
stream.on('end', () => {
  writeFileSync(report, JSON.stringify(counts));
  const failed = counts.numFailedTests + counts.numRuntimeErrorTestSuites + counts.numPendingTests;
  process.on('exit', () => console.log(`${counts.numPassedTests} passed, ${failed} failed`));
  process.exitCode = failed > 0 || counts.numPassedTests === 0 ? 1 : 0;
});
