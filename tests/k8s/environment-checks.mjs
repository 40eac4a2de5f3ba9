import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { containerOf, environmentOf, ofKind, workloadOf } from './objects.mjs';
import { root } from './render.mjs';
import { callees, dataOwners, eventUsers, providerCallers, services, variablesOf } from './source-facts.mjs';

const require = createRequire(import.meta.url);
const { loadProcessConfig } = require(join(root, 'libs/host/dist/config.js'));
const { loadEngineConfig, loadTelemetryConfig } = require('@weft/host');
const { parsePeerTargets } = require(join(root, 'libs/host/dist/peer-targets.js'));

/** A value that a secret could have, so that the settings can be read. */
const secretValues = {
  WEFT_DATABASE_URL: 'postgres://weft:password@db.example:5432/weft',
  WEFT_NATS_URL: 'nats://nats.example:4222',
  OPENAI_BASE_URL: 'https://api.example/v1',
  OTEL_EXPORTER_OTLP_HEADERS: 'api-key=secret',
};
const anyPem = join(root, 'package.json');

/** Every variable is one that the service reads, every one that it needs is there, and the service takes their values. */
export function environmentProblems(objects) {
  return services.flatMap((service) => {
    const workload = workloadOf(objects, service);
    if (workload === undefined) return [`${service}: nothing runs it`];
    const { values, secrets, references } = environmentOf(objects, workload);
    const names = [...Object.keys(values), ...Object.keys(secrets)];
    const known = variablesOf(service);
    // Kubernetes puts a variable into the value of another by its name: the service need not know it, if it knows the other.
    const isPart = (name) => known.has(references[name]);
    return [
      ...names
        .filter((name) => !known.has(name) && !isPart(name))
        .map((name) => `${service}: does not know ${name}`),
      ...unresolved(values).map((text) => `${service}: ${text}`),
      ...wanted(service, known, values)
        .filter((name) => !names.includes(name))
        .map((name) => `${service}: lacks ${name}`),
      ...secretsInTheOpen(values).map((name) => `${service}: has ${name} outside of a Secret`),
      ...refusals(service, values, secrets).map((text) => `${service}: refuses its settings: ${text}`),
      ...peerProblems(objects, service, values),
    ];
  });
}

/** What a deployment has to say, though the process would start without some of it. */
function wanted(service, known, values) {
  const security =
    values.WEFT_INSECURE_TRANSPORT === undefined
      ? ['WEFT_TLS_CA_FILE', 'WEFT_TLS_CERT_FILE', 'WEFT_TLS_KEY_FILE']
      : ['WEFT_INSECURE_TRANSPORT'];
  const all = [
    'WEFT_ADDRESS',
    'WEFT_PROBE_ADDRESS',
    'WEFT_METRICS_ADDRESS',
    'WEFT_PEERS',
    'WEFT_IDENTITY_SECRET',
    'WEFT_DRAIN_TIMEOUT_MS',
    'WEFT_LOG_LEVEL',
  ];
  const doors = ['WEFT_HOST', 'WEFT_HTTP_PORT', 'WEFT_GRPC_PORT', 'WEFT_KEY_SECRET', 'WEFT_ADMIN_KEY'];
  return [
    ...all,
    ...security,
    ...doors.filter((name) => known.has(name)),
    ...(dataOwners.includes(service) ? ['WEFT_DATABASE_URL'] : []),
    ...(eventUsers.includes(service) ? ['WEFT_NATS_URL'] : []),
    ...(providerCallers.includes(service) ? ['OPENAI_API_KEY', 'OPENAI_BASE_URL'] : []),
  ];
}

/** What refers to nothing that is defined before it: Kubernetes would leave the reference as it stands. */
function unresolved(values) {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [`has ${name} from a key that is not there`];
    return [...value.matchAll(/\$\([^)]+\)/g)].map(
      ([reference]) => `has ${reference} in ${name}, and nothing for it`,
    );
  });
}

function secretsInTheOpen(values) {
  return Object.keys(values).filter((name) => /SECRET|_KEY$|PASSWORD|_URL$|_HEADERS$/.test(name));
}

/** What the service itself says of these settings when it starts with them. */
function refusals(service, values, secrets) {
  const fromSecrets = Object.keys(secrets).map((name) => [name, secretValues[name] ?? 'x'.repeat(48)]);
  const files = Object.keys(values).filter((name) => /^WEFT_TLS_.*_FILE$/.test(name));
  const env = {
    ...values,
    ...Object.fromEntries(fromSecrets),
    ...Object.fromEntries(files.map((name) => [name, anyPem])),
  };
  const { [`${service}Service`]: definition } = require(`@weft/${service}`);
  return [loadProcessConfig, loadEngineConfig, loadTelemetryConfig, definition.loadConfig].flatMap((load) => {
    try {
      load(env);
      return [];
    } catch (error) {
      return [error.message];
    }
  });
}

/** Every service that it calls is where its settings say: a Service of that name has that port. */
function peerProblems(objects, service, { WEFT_PEERS: text = '' }) {
  const targets = parsePeerTargets(text);
  return callees[service].flatMap((callee) => {
    const target = targets(callee) ?? '';
    const [, host, port] = /^dns:\/\/\/([^:]+):(\d+)$/.exec(target) ?? [];
    return isServed(objects, callee, host, Number(port))
      ? []
      : [`${service}: nothing serves ${callee} at '${target}'`];
  });
}

function isServed(objects, callee, host, port) {
  const workload = workloadOf(objects, callee);
  // One base is rendered without the others: by its name and port it would find them.
  if (workload === undefined) return host === `weft-${callee}` && port === 9000;
  // Knative serves its Services on port 80, by their whole name alone.
  if (workload.kind === 'Service')
    return (
      host === `${workload.metadata.name}.${workload.metadata.namespace}.svc.cluster.local` && port === 80
    );
  const grpcPort = containerOf(workload).ports.find(({ name }) => name === 'grpc').containerPort;
  return ofKind(objects, 'Service', 'v1').some(
    ({ metadata, spec }) =>
      metadata.name === host &&
      spec.clusterIP === 'None' &&
      port === grpcPort &&
      spec.ports.some((entry) => entry.port === port),
  );
}

/** Every Secret that is read and that nothing makes is one that the guide tells how to make, with that key. */
export function secretProblems(objects, guide = readGuide()) {
  const documented = new Set(
    [...guide.matchAll(/^\| `(weft-[a-z<>-]+)` +\| `([A-Za-z_.]+)`/gm)].map(
      (match) => `${match[1]} ${match[2]}`,
    ),
  );
  const ofAnyService = (entry) =>
    entry.replace(new RegExp(`^weft-(${services.join('|')})-tls `), 'weft-<service>-tls ');
  const made = new Set([
    ...ofKind(objects, 'Certificate').map(({ spec }) => spec.secretName),
    ...ofKind(objects, 'Secret').map(({ metadata }) => metadata.name),
  ]);
  return [...new Set(secretsRead(objects))]
    .filter((entry) => !made.has(entry.split(' ')[0]) && !documented.has(ofAnyService(entry)))
    .map((entry) => `the guide does not say how to make the Secret and key ${entry}`);
}

/** The guide that says how weft is deployed. */
export function readGuide() {
  return readFileSync(join(root, 'docs/guides/deploy-on-kubernetes.md'), 'utf8');
}

/** Every Secret that the objects name, with its key. */
function secretsRead(objects) {
  const pods = objects.flatMap(({ spec }) => spec?.template?.spec ?? []);
  const references = pods.flatMap((pod) => [
    ...pod.containers.flatMap(({ env = [] }) =>
      env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []),
    ),
    ...(pod.volumes ?? []).flatMap(({ secret }) =>
      secret === undefined ? [] : [{ name: secret.secretName, key: 'tls.crt' }],
    ),
  ]);
  const listeners = ofKind(objects, 'Gateway').flatMap(({ spec }) =>
    spec.listeners.flatMap(({ tls }) => tls?.certificateRefs ?? []),
  );
  return [
    ...references.map(({ name, key }) => `${name} ${key}`),
    ...listeners.map(({ name }) => `${name} tls.crt`),
  ];
}
