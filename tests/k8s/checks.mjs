import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { arrowProblems, metricsArrow, telemetryArrow } from './arrow-checks.mjs';
import { environmentProblems, secretProblems } from './environment-checks.mjs';
import { authorizationProblems, peerAuthenticationProblems, sidecarProblems } from './mesh-checks.mjs';
import { containerOf, environmentOf, ofKind, workloadOf } from './objects.mjs';
import { render } from './render.mjs';
import { schemaProblems } from './schemas.mjs';
import { certificateProblems, scalingProblems, serviceProblems } from './service-checks.mjs';
import { callees, consumers, eventUsers, services } from './source-facts.mjs';
import { telemetryProblems } from './telemetry-checks.mjs';

/** The services that sleep in the serverless overlay. */
export const asleep = ['cache', 'embedding', 'llm', 'memory', 'prompt', 'safety', 'tool'];
const awake = services.filter((name) => !asleep.includes(name));

/** Sidecars ask the control plane of the mesh. */
const meshArrow = { name: 'control plane', namespaces: ['istio-system'], ports: [15012] };

/** Calls to who sleeps go to Knative's gateway, and come from it or from the activator. */
const activatorArrow = {
  name: 'activator',
  namespaces: ['knative-serving', 'kourier-system'],
  ports: [8012, 8013, 8112, 9090],
};
const kourierArrow = { name: 'kourier', namespaces: ['kourier-system'], ports: [8081] };
const callsWhoSleeps = (service) => callees[service].some((name) => asleep.includes(name));

/** What each overlay has to fulfil, beyond its schemas and its environment. */
export const overlays = {
  dev: (objects) => [...serviceProblems(objects, { scaled: false, tls: false }), ...arrowProblems(objects)],
  production: (objects) => [
    ...serviceProblems(objects),
    ...scalingProblems(objects),
    ...triggerProblems(objects),
    ...routeProblems(objects),
    ...certificateProblems(objects),
    ...eventReplicaProblems(objects),
    ...telemetryProblems(objects),
    ...arrowProblems(objects, { to: () => [telemetryArrow] }),
  ],
  mesh: (objects) => [
    ...serviceProblems(objects, { tls: false }),
    ...scalingProblems(objects),
    ...triggerProblems(objects),
    ...routeProblems(objects),
    ...authorizationProblems(objects),
    ...peerAuthenticationProblems(objects),
    ...eventReplicaProblems(objects),
    ...telemetryProblems(objects),
    ...sidecarProblems(objects),
    ...arrowProblems(objects, { to: () => [telemetryArrow, meshArrow] }),
  ],
  serverless: (objects) => [
    ...serviceProblems(objects, { only: awake, tls: false }),
    ...scalingProblems(objects, awake),
    ...sleepProblems(objects),
    ...routeProblems(objects),
    ...telemetryProblems(objects, { sendsMetrics: true }),
    ...arrowProblems(objects, {
      asleep,
      from: (service) => [asleep.includes(service) ? activatorArrow : metricsArrow],
      to: (service) => [telemetryArrow, ...(callsWhoSleeps(service) ? [kourierArrow] : [])],
    }),
  ],
};

/** Everything that is wrong with an overlay of a folder of manifests. */
export function overlayProblems(manifests, overlay) {
  return problemsOf(render(join(manifests, 'overlays', overlay)), overlay);
}

/** Everything that is wrong with the objects of an overlay. */
export function problemsOf(objects, overlay) {
  return [
    ...objects.flatMap(schemaProblems),
    ...doubles(objects),
    ...environmentProblems(objects),
    ...secretProblems(objects),
    ...overlays[overlay](objects),
  ];
}

/** Everything that is wrong with the base of one service, which has to stand alone. */
export function baseProblems(manifests, service) {
  const objects = render(join(manifests, 'base', service));
  const own = (problem) => problem.startsWith(`${service}:`);
  return [
    ...objects.flatMap(schemaProblems),
    ...environmentProblems(objects).filter(own),
    ...secretProblems(objects),
    ...serviceProblems(objects, { only: [service] }),
    ...scalingProblems(objects, [service]),
    ...arrowProblems(objects, { only: [service] }),
  ];
}

/** The services that have a base. */
export function basesOf(manifests) {
  return readdirSync(join(manifests, 'base'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
    .map(({ name }) => name)
    .sort();
}

function doubles(objects) {
  const names = objects.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`);
  return names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} is there twice`);
}

/** What KEDA looks at is there: consumers that services make, and a figure for each service that carries streams. */
function triggerProblems(objects) {
  const triggers = ofKind(objects, 'ScaledObject').flatMap(({ spec }) =>
    spec.triggers.map((trigger) => ({ ...trigger, target: spec.scaleTargetRef.name })),
  );
  const namespace = ofKind(objects, 'Namespace')[0]?.metadata.name;
  const watched = triggers
    .filter(({ type }) => type === 'nats-jetstream')
    .map(({ metadata }) => metadata.consumer);
  const streams = triggers.filter(
    ({ type, target, metadata }) =>
      type === 'prometheus' &&
      metadata.ignoreNullValues === 'false' &&
      metadata.query.includes(`namespace="${namespace}", job="${target.slice(5)}"`),
  );
  const problems = [];
  if (JSON.stringify(watched.sort()) !== JSON.stringify([...consumers].sort()))
    problems.push(`KEDA looks at the consumers [${watched}], and there are [${consumers}]`);
  for (const service of ['gateway', 'orchestrator', 'llm'])
    if (!streams.some(({ target }) => target === `weft-${service}`))
      problems.push(`${service}: is not scaled by its streams`);
  return problems;
}

/** In production each event is on three servers. */
function eventReplicaProblems(objects) {
  return eventUsers
    .filter((service) => {
      const workload = workloadOf(objects, service);
      return workload !== undefined && environmentOf(objects, workload).values.WEFT_NATS_REPLICAS !== '3';
    })
    .map((service) => `${service}: keeps events on fewer than three servers`);
}

/** Both doors can be come to: each by a route to a port that the gateway's Service has. */
function routeProblems(objects) {
  const [door] = ofKind(objects, 'Service', 'v1').filter(
    ({ metadata }) => metadata.name === 'weft-door-gateway',
  );
  const leads = (kind, name) =>
    ofKind(objects, kind).some(({ spec }) =>
      spec.rules.some(({ backendRefs }) =>
        backendRefs.some(
          (reference) =>
            reference.name === door?.metadata.name &&
            door.spec.ports.find((port) => port.name === name)?.port === reference.port,
        ),
      ),
    );
  return [
    ...(leads('HTTPRoute', 'http') ? [] : ['no route leads to the HTTP door']),
    ...(leads('GRPCRoute', 'grpc') ? [] : ['no route leads to the gRPC door']),
  ];
}

/** Who sleeps is a Knative Service that may go down to none, and nothing else. */
function sleepProblems(objects) {
  return asleep.flatMap((service) => {
    const [knative] = ofKind(objects, 'Service', 'serving.knative.dev/v1').filter(
      ({ metadata }) => metadata.name === `weft-${service}`,
    );
    const { annotations, labels } = knative?.spec.template.metadata ?? {};
    const container = knative?.spec.template.spec.containers[0];
    const left = objects.filter(
      ({ kind, apiVersion, metadata }) =>
        metadata.name === `weft-${service}` &&
        (kind === 'Deployment' || (kind === 'Service' && apiVersion === 'v1')),
    );
    const good =
      annotations?.['autoscaling.knative.dev/min-scale'] === '0' &&
      labels?.['app.kubernetes.io/name'] === service &&
      knative.metadata.labels['networking.knative.dev/visibility'] === 'cluster-local' &&
      container.args.join() === `${service}.cjs` &&
      container.securityContext.readOnlyRootFilesystem === true &&
      container.ports[0].name === 'h2c' &&
      isAskedByKnative(objects, knative);
    return [
      ...(good ? [] : [`${service}: does not sleep`]),
      ...left.map(({ kind }) => `${service}: has a ${kind} beside its Knative Service`),
    ];
  });
}

/** Knative lets the probe for readiness have a port of its own, and sends one for liveness to the port of calls, where no HTTP/1 is spoken. */
function isAskedByKnative(objects, knative) {
  const { readinessProbe, livenessProbe } = containerOf(knative);
  const port = environmentOf(objects, knative).values.WEFT_PROBE_ADDRESS?.split(':').at(-1);
  const { path, port: asked } = readinessProbe?.httpGet ?? {};
  return path === '/readyz' && String(asked) === port && livenessProbe === undefined;
}
