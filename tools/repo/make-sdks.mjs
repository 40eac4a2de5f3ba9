// Makes the SDKs, or those named: the public contracts, then what each language's own make.sh does with them.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const named = process.argv.slice(2);
const made = readdirSync('sdks').filter((folder) => existsSync(script(folder)));
for (const language of named)
  if (!made.includes(language)) throw new Error(`no SDK for ${language}; there are ${made.join(', ')}`);

const env = { ...process.env, PATH: `${resolve('node_modules', '.bin')}${delimiter}${process.env.PATH}` };
run(process.execPath, join('sdks', 'public-contracts.mjs'));
for (const language of named.length > 0 ? named : made) {
  console.log(`sdks/${language}`);
  run('sh', script(language));
}

function run(command, argument) {
  const { status } = spawnSync(command, [argument], { env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function script(language) {
  return join('sdks', language, 'make.sh');
}
