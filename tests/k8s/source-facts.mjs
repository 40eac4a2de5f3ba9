import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './render.mjs';

/** What the source says of each service: the manifests are held against it. */
export const services = readdirSync(join(root, 'services')).sort();

/** The services that own data: those with migrations. */
export const dataOwners = services.filter((name) => existsSync(join(root, 'services', name, 'migrations')));

/** The services that publish events (they have an outbox) or consume them. */
export const eventUsers = services.filter(
  (name) =>
    migrationsOf(name).some((sql) => sql.includes('outbox')) ||
    sourcesOf(name).some((text) => /\bevents\.subscribe\(/.test(text)),
);

/** The consumers that services make, by the name that JetStream knows them by. */
export const consumers = services.flatMap((name) =>
  sourcesOf(name).flatMap((text) =>
    [...text.matchAll(/events\.subscribe\(\{\s*consumer: '(\w+)'/g)].map((match) => match[1]),
  ),
);

const libraryTexts = ['host', 'runtime', 'rpc'].flatMap((lib) => textsBelow(join(root, 'libs', lib, 'src')));
const variables = new Map(
  services.map((name) => {
    const texts = [...libraryTexts, ...sourcesOf(name)];
    const names = texts.flatMap((text) =>
      [...text.matchAll(/^\s*((?:WEFT|OPENAI|OTEL)_[A-Z0-9_]+):/gm)].map((match) => match[1]),
    );
    return [name, new Set(names)];
  }),
);

/** Every variable that the process of a service reads. */
export function variablesOf(service) {
  return variables.get(service);
}

/** The services that call model providers. */
export const providerCallers = services.filter((name) => variablesOf(name).has('OPENAI_BASE_URL'));

/** Which services each one calls, as its code does; the gateway hands every public RPC on to its owner besides. */
export const callees = Object.fromEntries(
  services.map((name) => {
    const own = sourcesOf(name).flatMap((text) =>
      [...text.matchAll(/\.client\(\s*(\w+)\.\w+Definition\b/g)].map((match) => match[1]),
    );
    const owners = name === 'gateway' ? ownersOfPublicRpcs() : [];
    return [name, [...new Set([...own, ...owners])].filter((other) => other !== name).sort()];
  }),
);

/** The arrows between services in the picture of docs/architecture.md. */
export function documentedCallees() {
  const text = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
  const arrows = [...text.matchAll(/^ {2}(\w+) --> (\w+)$/gm)].map((match) => [match[1], match[2]]);
  if (/gateway -\.->\|every public RPC/.test(text))
    arrows.push(...ownersOfPublicRpcs().map((owner) => ['gateway', owner]));
  return Object.fromEntries(
    services.map((name) => {
      const to = arrows
        .filter(([from, other]) => from === name && services.includes(other))
        .map(([, other]) => other);
      return [name, [...new Set(to)].filter((other) => other !== name).sort()];
    }),
  );
}

function ownersOfPublicRpcs() {
  return services.filter((name) => {
    const folder = join(root, 'proto', 'weft', name, 'v1');
    return readdirSync(folder).some((file) =>
      readFileSync(join(folder, file), 'utf8').includes('EXPOSURE_PUBLIC'),
    );
  });
}

function migrationsOf(service) {
  const folder = join(root, 'services', service, 'migrations');
  return existsSync(folder)
    ? readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
    : [];
}

function sourcesOf(service) {
  return textsBelow(join(root, 'services', service, 'src'));
}

/** The code of a folder, without what only tests have. */
function textsBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.ts') && !/spec\.ts$|fixture|^testing\/|test-/.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
}
