// Generates TypeScript and the descriptor image from proto/, when proto/ changed since the last time.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const contracts = 'libs/contracts';
const stampFile = join(contracts, 'gen/inputs.sha256');
const image = join(contracts, 'gen/descriptors.binpb');

const stamp = digestOfInputs();
if (existsSync(stampFile) && existsSync(image) && readFileSync(stampFile, 'utf8') === stamp) process.exit(0);

buf('generate');
mkdirSync(join(contracts, 'gen'), { recursive: true });
buf('build', 'proto', '--as-file-descriptor-set', '--exclude-source-info', '-o', image);
writeFileSync(join(contracts, 'src/gen/index.ts'), packageIndex());
writeFileSync(join(contracts, 'src/gen/descriptor-image.ts'), descriptorModule());
writeFileSync(stampFile, stamp);

function buf(...args) {
  execFileSync(join('node_modules', '.bin', 'buf'), args, { stdio: 'inherit' });
}

/** The image as a module, so that it travels with the code however that is bundled. */
function descriptorModule() {
  const base64 = readFileSync(image).toString('base64');
  return `/** Every contract as a google.protobuf.FileDescriptorSet, in base64. */\nexport const descriptorImageBase64 = '${base64}';\n`;
}

/** One namespace a package: names such as `Policy` then never collide between domains. */
function packageIndex() {
  const root = join(contracts, 'src/gen/weft');
  const domains = readdirSync(root).sort();
  for (const domain of domains) {
    const folder = join(root, domain, 'v1');
    const files = readdirSync(folder).filter((file) => file !== 'index.ts' && !file.startsWith('.'));
    const exports = files.map((file) => exportsOf(domain, file)).filter(Boolean);
    writeFileSync(join(folder, 'index.ts'), exports.join(''));
  }
  return domains.map((domain) => `export * as ${domain} from './weft/${domain}/v1';\n`).join('');
}

/** Every file repeats ts-proto's helper types: only the contract's own names are passed on. */
function exportsOf(domain, file) {
  const source = readFileSync(join(contracts, 'src/gen/weft', domain, 'v1', file), 'utf8');
  const helpers = new Set([
    'DeepPartial',
    'MessageFns',
    'ServerStreamingMethodResult',
    'protobufFileName',
    'protobufPackage',
  ]);
  const names = (pattern) =>
    [...source.matchAll(pattern)].map((match) => match[1]).filter((name) => !helpers.has(name));
  const values = new Set(names(/^export (?:const|enum|function) (\w+)/gm));
  const types = names(/^export (?:interface|type) (\w+)/gm).filter((name) => !values.has(name));
  const from = `from './${file.replace(/\.ts$/, '')}';\n`;
  const valueLine = values.size > 0 ? `export { ${[...values].join(', ')} } ${from}` : '';
  const typeLine = types.length > 0 ? `export type { ${[...new Set(types)].join(', ')} } ${from}` : '';
  return valueLine + typeLine;
}

function digestOfInputs() {
  const hash = createHash('sha256');
  const files = readdirSync('proto', { recursive: true })
    .filter((file) => file.endsWith('.proto'))
    .sort();
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join('proto', file)))
      .update('\0');
  for (const file of ['buf.gen.yaml', 'package-lock.json', 'tools/repo/generate-contracts.mjs'])
    hash.update(readFileSync(file));
  return hash.digest('hex');
}
