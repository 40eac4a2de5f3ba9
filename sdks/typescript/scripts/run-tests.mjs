// Runs every test of test/; the last line says how many passed and failed.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const folder = join(import.meta.dirname, '..', 'test');
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.test.mts'))
  .map((file) => join(folder, file));
let passed = 0;
let failed = 0;
// One after the other: they script one model provider.
const tests = run({ files, concurrency: 1, timeout: 60_000 });
const isTest = ({ details, name }) => details.type !== 'suite' && !files.includes(name);
tests.on('test:pass', (event) => {
  if (!isTest(event)) return;
  if (event.skip === undefined && event.todo === undefined) passed += 1;
  else failed += 1;
});
tests.on('test:fail', () => (failed += 1));
for await (const line of tests.compose(spec())) process.stderr.write(line);
console.log(`typescript: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
