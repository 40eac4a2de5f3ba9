// Adds RPCs to a copy of the public contracts, makes every SDK of it with copies of what is written by hand, and calls them: a new RPC
// needs no line in any SDK. `new-rpc.mjs [language...]`; the last line says how many SDKs could.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { startProbeServer } from './probe-server.mjs';
import { messages, rpcs } from './probe-contract.mjs';

/** How each language makes its SDK from the copy and calls the new RPCs; `python` is the interpreter that its make.sh has set up. */
const languages = {
  go: { probe: 'probe.go', as: 'probe/main.go', commands: ['sh make.sh', 'go run ./probe'] },
  java: {
    probe: 'Probe.java',
    as: 'src/test/java/com/weft/example/Probe.java',
    commands: [
      'mvn -B -q -DskipTests test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath',
      'java -cp "target/classes:target/test-classes:$(cat target/classpath)" com.weft.example.Probe',
    ],
  },
  python: {
    probe: 'probe.py',
    as: 'probe.py',
    commands: ['PATH="$PYTHON_BIN:$PATH" sh generate.sh', 'PYTHONPATH=src "$PYTHON_BIN/python" -B probe.py'],
  },
  typescript: {
    probe: 'probe.mts',
    as: 'test/probe.mts',
    commands: ['sh make.sh', 'tsc -p test', 'node test/probe.mts'],
  },
};
const expected = JSON.stringify({ answer: 'probed owls', words: ['two', 'words'], cut: true });

const repository = join(import.meta.dirname, '..', '..');
const copy = mkdtempSync(join(tmpdir(), 'weft-new-rpc-'));
const path = `${join(copy, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`;
const pythonBin = join(repository, 'sdks', 'python', 'dist', 'venv', 'bin');
const named = process.argv.slice(2);
const failed = [];
let server;
try {
  copyRepository();
  addRpcs();
  await run(copy, 'node sdks/public-contracts.mjs');
  server = await startProbeServer(join(copy, 'proto'));
  for (const language of named.length > 0 ? named : Object.keys(languages))
    await call(language).catch((error) => {
      console.error(`${language} cannot call a new RPC: ${error.message}\n${error.stdout ?? ''}`);
      failed.push(language);
    });
} finally {
  server?.stop();
  rmSync(copy, { recursive: true, force: true });
}
const tried = named.length > 0 ? named.length : Object.keys(languages).length;
console.log(`new-rpc: ${tried - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length > 0 ? 1 : 0);

/** Everything that making the SDKs needs, without what making has left. */
function copyRepository() {
  const made =
    /^sdks\/(\.generated|[a-z]+\/(\.bin|dist|gen|target|build|node_modules|src\/(gen|weft)|.*\.egg-info))(\/|$)/;
  const isKept = (source) => !made.test(relative(repository, source));
  for (const part of ['buf.yaml', 'tsconfig.base.json', 'proto', 'sdks'])
    cpSync(join(repository, part), join(copy, part), { recursive: true, filter: isKept });
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
  // The generators, which the SDK's own make.sh has fetched.
  symlinkSync(join(repository, 'sdks/go/.bin'), join(copy, 'sdks/go/.bin'));
}

function addRpcs() {
  const file = join(copy, 'proto/weft/retrieval/v1/search_service.proto');
  const [before, after] = readFileSync(file, 'utf8').split('service SearchService {\n');
  writeFileSync(file, `${before}service SearchService {\n${rpcs}${after}${messages}`);
}

async function call(language) {
  const { probe, as, commands } = languages[language];
  const sdk = join(copy, 'sdks', language);
  cpSync(join(import.meta.dirname, probe), join(sdk, as));
  let output = '';
  for (const command of commands) output = await run(sdk, command);
  const last = output.trimEnd().split('\n').at(-1);
  if (last !== expected) throw new Error(`it printed ${last}`);
}

async function run(cwd, command) {
  const env = { ...process.env, PATH: path, PYTHON_BIN: pythonBin, PROBE_ADDRESS: server?.address };
  return (await promisify(execFile)('sh', ['-c', command], { cwd, env })).stdout;
}
