// Runs the tests of the SDKs, or of those named, against one live weft, and what holds for all of them. Prints their sum as the last line.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';

// A first run installs what the language needs.
const timeoutMs = 15 * 60_000;
const report = join('reports', 'sdks.json');
mkdirSync('reports', { recursive: true });
rmSync(report, { force: true });

for (const script of ['public-contracts.mjs', 'internal-names.mjs'])
  execFileSync(process.execPath, [join('sdks', script)], { stdio: 'inherit' });

const named = process.argv.slice(2);
const tested = readdirSync('sdks').filter((folder) => existsSync(script(folder)));
for (const language of named)
  if (!tested.includes(language)) throw new Error(`no SDK for ${language}; there are ${tested.join(', ')}`);
// Node of the dependencies before the machine's own, which may be too old for weft.
const path = `${resolve('node_modules', '.bin')}${delimiter}${process.env.PATH}`;
const weft = spawn('node', [join('sdks', 'live-weft', 'live-weft.mjs')], {
  env: { ...process.env, PATH: path },
  stdio: ['pipe', 'pipe', 'inherit'],
});
const where = await Promise.race([firstLine(weft.stdout), once(weft, 'exit').then(() => undefined)]);
let passed = 0;
let failed = 0;
if (where === undefined) {
  console.error('weft did not start');
  failed = 1;
} else {
  const env = { ...process.env, PATH: path, ...JSON.parse(where) };
  const languages = named.length > 0 ? named : tested;
  const suites = [
    ...languages.map((language) => [language, 'sh', script(language)]),
    ['new-rpc', 'node', join('sdks', 'new-rpc', 'new-rpc.mjs'), ...languages],
    ['sdks', 'node', join('sdks', 'check-sdks.mjs')],
  ];
  for (const [name, ...command] of suites) {
    const result = run(name, command, env);
    passed += result.passed;
    failed += result.failed;
  }
  const ended = weft.exitCode === null && weft.signalCode === null ? once(weft, 'exit') : [weft.exitCode];
  weft.stdin.end();
  const [code] = await ended;
  if (code !== 0) {
    console.error(`weft did not end well: ${code}`);
    failed += 1;
  }
}
writeFileSync(
  report,
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numRuntimeErrorTestSuites: 0,
    numPendingTests: 0,
  }),
);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

/** What a suite counted in its last line; one that counts nothing, or ends badly without naming a failure, is a failure. */
function run(name, [program, ...args], env) {
  const begin = performance.now();
  const { status, stdout } = spawnSync(program, args, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: timeoutMs,
  });
  process.stdout.write(stdout);
  console.log(`${name}: ${Math.round((performance.now() - begin) / 1000)} s`);
  const match = new RegExp(`^${name}: (\\d+) passed, (\\d+) failed$`).exec(
    stdout.trimEnd().split('\n').at(-1),
  );
  const counted = match === null ? { passed: 0, failed: 0 } : { passed: +match[1], failed: +match[2] };
  if (status === 0 && counted.passed > 0) return counted;
  if (counted.failed === 0) console.error(`${name}: the tests ended with ${status}`);
  return { passed: counted.passed, failed: Math.max(1, counted.failed) };
}

function firstLine(stream) {
  return new Promise((resolveLine) => createInterface(stream).once('line', resolveLine));
}

function script(language) {
  return join('sdks', language, 'smoke-test.sh');
}
