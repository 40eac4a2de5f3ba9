import { dirname, join } from 'node:path';
import { exists, filesIn, namesIn, readManifest, readText, workspacePackages } from './workspace';

const packages = workspacePackages();
const rows = packages.map(({ folder, manifest }) => ({ folder, manifest }));

const layerOf: Record<string, string> = {
  libs: 'layer:lib',
  services: 'layer:service',
  apps: 'layer:app',
  tools: 'layer:tool',
  tests: 'layer:test',
  bench: 'layer:bench',
};

it('the workspace has a service for each domain of the contracts that has RPCs, and no other', () => {
  const domains = namesIn('proto/weft').filter((domain) =>
    namesIn(`proto/weft/${domain}/v1`).some((file) => file.endsWith('_service.proto')),
  );
  expect(namesIn('services').sort()).toEqual(domains.sort());
});

it('the workspace itself is under Apache-2.0', () => {
  expect(readManifest('').license).toBe('Apache-2.0');
});

describe.each(rows)('$folder', ({ folder, manifest }) => {
  it('is under Apache-2.0', () => {
    expect(manifest.license).toBe('Apache-2.0');
  });

  it('is published by nobody by accident', () => {
    expect(manifest.private).toBe(true);
  });

  it('has a README', () => {
    const file = join(folder, 'README.md');
    expect(exists(file) && readText(file)).toMatch(/^# .+\n\n\S/);
  });

  it('belongs to the layer of its folder, so that lint knows which arrows it may have', () => {
    const layers = (manifest.nx?.tags ?? []).filter((tag) => tag.startsWith('layer:'));
    expect(layers).toEqual([layerOf[folder.split('/')[0]!]]);
  });

  it('is built with the others', () => {
    const { references } = JSON.parse(readText('tsconfig.json')) as { references: { path: string }[] };
    expect(references.map(({ path }) => join(path))).toContain(folder);
  });

  it('declares every package that it imports', () => {
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    const shared = Object.keys(readManifest('').devDependencies ?? {});
    const undeclared = importedPackages(folder)
      .filter(({ name, forTests }) => !declared.includes(name) && !(forTests && shared.includes(name)))
      .map(({ name, file }) => `${name} in ${file}`);
    expect(undeclared).toEqual([]);
  });
});

describe.each(namesIn('services').map((name) => ({ folder: `services/${name}` })))(
  '$folder',
  ({ folder }) => {
    it.each(['main.ts', 'config.ts', 'service.ts', 'index.ts'])('has %s', (file) => {
      expect(exists(join(folder, 'src', file))).toBe(true);
    });
  },
);

interface Import {
  name: string;
  file: string;
  /** Whether only tests, benchmarks or tools need it. */
  forTests: boolean;
}

/** The packages that a package's sources import, without those of Node. */
function importedPackages(folder: string): Import[] {
  const sources = filesIn(join(folder, 'src')).filter((file) => file.endsWith('.ts'));
  const importsOf = new Map(sources.map((file) => [file, specifiersIn(file)]));
  const forTests = filesForTests(importsOf);
  return sources.flatMap((file) =>
    importsOf
      .get(file)!
      .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
      .map((specifier) => ({ name: packageOf(specifier), file, forTests: forTests.has(file) })),
  );
}

/** Tests, and what they share: it stands beside the sources, and only tests import it, or what they share. */
function filesForTests(importsOf: Map<string, string[]>): Set<string> {
  const files = [...importsOf.keys()];
  const importersOf = (file: string) =>
    files.filter((other) => importsOf.get(other)!.some((name) => pathOf(other, name) === file));
  const isTest = (file: string) => /\.spec\.ts$|^(tests|tools|bench)\b|\/testing\//.test(file);
  const found = new Set(files.filter(isTest));
  const isShared = (file: string) => {
    const importers = found.has(file) ? [] : importersOf(file);
    return importers.length > 0 && importers.every((importer) => found.has(importer));
  };
  for (let more = files.filter(isShared); more.length > 0; more = files.filter(isShared))
    more.forEach((file) => found.add(file));
  return found;
}

function specifiersIn(file: string): string[] {
  return [...readText(file).matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)'/gm)].map(
    ([, specifier]) => specifier!,
  );
}

function pathOf(importer: string, specifier: string): string {
  return `${join(dirname(importer), specifier)}.ts`;
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
