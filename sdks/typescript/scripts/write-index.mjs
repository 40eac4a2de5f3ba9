// Writes src/gen/index.ts: one namespace a domain, such as `retrieval`, so that names never collide between domains.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'src', 'gen');
const domains = readdirSync(join(folder, 'weft')).sort();
for (const domain of domains) {
  const versions = join(folder, 'weft', domain, 'v1');
  const files = readdirSync(versions).sort();
  const lines = files.map((file) => `export * from './${file.replace(/\.ts$/, '')}';\n`);
  writeFileSync(join(versions, 'index.ts'), lines.join(''));
}
writeFileSync(
  join(folder, 'index.ts'),
  domains.map((domain) => `export * as ${domain} from './weft/${domain}/v1';\n`).join(''),
);
