// Makes the SDKs, or those named: the public contracts, then what each language's own make.sh does with them.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const named = process.argv.slice(2);
const made = readdirSync('sdks').filter((folder) => existsSync(script(folder)));
for (const language of named)
  if (!made.includes(language)) throw new Error(`no SDK for ${language}; there are ${made.join(', ')}`);

const env = { ...process.env, PATH: `${resolve('node_modules', '.bin')}${delimiter}${process.env.PATH}` };
execFileSync(process.execPath, [join('sdks', 'public-contracts.mjs')], { stdio: 'inherit' });
for (const language of named.length > 0 ? named : made) {
  console.log(`sdks/${language}`);
  execFileSync('sh', [script(language)], { env, stdio: 'inherit' });
}

function script(language) {
  return join('sdks', language, 'make.sh');
}
