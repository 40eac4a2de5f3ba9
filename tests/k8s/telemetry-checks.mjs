import { createRequire } from 'node:module';
import { join } from 'node:path';
import { telemetryArrow } from './arrow-checks.mjs';
import { containerOf, environmentOf, workloadOf } from './objects.mjs';
import { root } from './render.mjs';
import { services } from './source-facts.mjs';

const { loadTelemetryConfig } = createRequire(join(root, 'package.json'))('@weft/host');

/** What every service's signals say of their process, by OpenTelemetry's names. */
const attributes = (image) => ({
  'k8s.pod.name': '<metadata.name>',
  'k8s.namespace.name': '<metadata.namespace>',
  'k8s.node.name': '<spec.nodeName>',
  'service.version': image.split(':').at(-1),
});

/**
 * Every service sends its signals to the collector that the policies let it reach, and says which pod of which release it is. Metrics go one
 * way: `sendsMetrics` where Prometheus does not read them.
 */
export function telemetryProblems(objects, { sendsMetrics = false } = {}) {
  return services.flatMap((service) => {
    const workload = workloadOf(objects, service);
    if (workload === undefined) return [`${service}: nothing runs it`];
    const { values, secrets } = environmentOf(objects, workload);
    return [
      ...settingProblems(values, { sendsMetrics, wanted: attributes(containerOf(workload).image) }),
      ...(secrets.OTEL_EXPORTER_OTLP_HEADERS?.optional
        ? []
        : ['takes no headers for the collector from a Secret']),
    ].map((text) => `${service}: ${text}`);
  });
}

function settingProblems(values, { sendsMetrics, wanted }) {
  try {
    const { endpoint, resourceAttributes, sent } = loadTelemetryConfig(values);
    return [
      ...endpointProblems(endpoint),
      ...attributeProblems(resourceAttributes, wanted),
      ...(sent.traces && sent.logs ? [] : ['keeps traces or logs to itself']),
      ...(sent.metrics === sendsMetrics ? [] : ['has metrics counted twice, or by nobody']),
    ];
  } catch (error) {
    return [`refuses its settings: ${error.message}`];
  }
}

function endpointProblems(endpoint) {
  const { hostname, port } = endpoint === undefined ? {} : new globalThis.URL(endpoint);
  const [, namespace] = hostname?.split('.') ?? [];
  return telemetryArrow.namespaces.includes(namespace) && telemetryArrow.ports.includes(Number(port))
    ? []
    : [`sends its signals to ${endpoint}, where no policy lets it`];
}

function attributeProblems(told, wanted) {
  const wrong = Object.entries(wanted).filter(([name, value]) => told[name] !== value);
  const { 'deployment.environment.name': environment = '' } = told;
  return [
    ...wrong.map(([name, value]) => `says ${told[name]} of its ${name}, and not ${value}`),
    ...(environment === '' ? ['does not say in which environment it runs'] : []),
  ];
}
