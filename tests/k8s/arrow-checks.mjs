import { ofKind, selects, serviceOf, workloadOf } from './objects.mjs';
import { callees, dataOwners, eventUsers, providerCallers, services } from './source-facts.mjs';

const sorted = (names) => [...names].sort();
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The services that call each one: the arrows from their other end. */
const callers = Object.fromEntries(
  services.map((name) => [name, sorted(services.filter((other) => callees[other].includes(name)))]),
);

/** Where whoever watches the cluster is, and the port of its collector of telemetry. */
export const monitoring = { namespace: 'monitoring', collectorPort: 4318 };

/**
 * What of the network policies is not an arrow that there is, and which arrows they lack.
 *
 * @param telemetry whether there is an arrow to the collector
 * @param extraIngress,extraEgress whether a rule is one that an overlay has for its mesh besides
 */
export function arrowProblems(
  objects,
  {
    only = services,
    telemetry = false,
    extraIngress = () => false,
    extraEgress = () => false,
    asleep = [],
  } = {},
) {
  return only.flatMap((service) => {
    const policies = policiesOf(objects, service);
    if (!policies.some((policy) => serviceOf(policy) === service))
      return [`${service}: has no NetworkPolicy`];
    const rules = (direction) => policies.flatMap(({ spec }) => spec[direction] ?? []);
    const ingress = read(rules('ingress'), (rule) => readIngress(rule, extraIngress));
    const egress = read(rules('egress'), (rule) => readEgress(rule, extraEgress));
    const wantedIngress = asleep.includes(service) ? [] : sorted([...wantedIngressOf(service), 'metrics']);
    const wantedEgress = sorted([...wantedEgressOf(service), ...(telemetry ? ['telemetry'] : [])]);
    const problems = [];
    if (!['Egress', 'Ingress'].every((type) => policies.some(({ spec }) => spec.policyTypes.includes(type))))
      problems.push('its policies leave a direction open');
    if (!same(ingress, wantedIngress))
      problems.push(`is reached by [${ingress}] and should be by [${wantedIngress}]`);
    if (!same(egress, wantedEgress)) problems.push(`reaches [${egress}] and should reach [${wantedEgress}]`);
    return problems.map((text) => `${service}: ${text}`);
  });
}

/** Every policy that takes the pods of a service: what any of them allows is allowed. */
function policiesOf(objects, service) {
  const labels = workloadOf(objects, service)?.spec.template.metadata.labels ?? {};
  return ofKind(objects, 'NetworkPolicy').filter(({ spec }) => selects(spec.podSelector, labels));
}

/** The callers that the mesh lets in by identity are those of the arrows. */
export function authorizationProblems(objects) {
  return services.flatMap((service) => {
    const policies = ofKind(objects, 'AuthorizationPolicy').filter(
      ({ spec }) =>
        spec.selector.matchLabels['app.kubernetes.io/name'] === service && spec.action === 'ALLOW',
    );
    const rules = policies.flatMap(({ spec }) => spec.rules);
    const principals = rules.flatMap(({ from = [] }) => from.flatMap(({ source }) => source.principals));
    const ports = rules.flatMap(({ to = [] }) => to.flatMap(({ operation }) => operation.ports));
    const wanted = callers[service].map((name) => `cluster.local/ns/weft/sa/weft-${name}`);
    const wantedPorts = service === 'gateway' ? ['8080', '9090'] : ['9000'];
    return same(sorted(principals), wanted) && same(ports, wantedPorts)
      ? []
      : [
          `${service}: the mesh lets [${principals}] to [${ports}], and should let [${wanted}] to [${wantedPorts}]`,
        ];
  });
}

function wantedIngressOf(service) {
  return service === 'gateway'
    ? ['anybody:8080', 'anybody:9090']
    : callers[service].map((name) => `${name}:9000`);
}

function wantedEgressOf(service) {
  return [
    'names',
    ...callees[service].map((name) => `${name}:9000`),
    ...(dataOwners.includes(service) ? ['database'] : []),
    ...(eventUsers.includes(service) ? ['events'] : []),
    ...(providerCallers.includes(service) ? ['provider'] : []),
  ];
}

function read(rules, readOne) {
  return sorted(rules.flatMap(readOne));
}

function readIngress(rule, isExtra) {
  if (isExtra(rule)) return [];
  const ports = portsOf(rule);
  if (rule.from === undefined) return ports.map((port) => `anybody:${port}`);
  if (isMetricsRule(rule)) return ['metrics'];
  return rule.from.flatMap((peer) =>
    servicesOf(peer).flatMap((name) => ports.map((port) => `${name}:${port}`)),
  );
}

/** Whoever watches the cluster reads the metrics, and reaches nothing else. */
function isMetricsRule({ from, ...rule }) {
  return isMonitoring(from) && same(portsOf(rule), [9464]);
}

function isMonitoring(peers) {
  const namespaces = peers.map(({ namespaceSelector, ...others }) =>
    Object.keys(others).length === 0 ? namespaceSelector?.matchExpressions?.[0]?.values?.join() : undefined,
  );
  return same(namespaces, [monitoring.namespace]);
}

function readEgress(rule, isExtra) {
  if (isExtra(rule)) return [];
  const ports = portsOf(rule).join();
  if (rule.to === undefined) return [{ 5432: 'database', 4222: 'events' }[ports] ?? `anything:${ports}`];
  if (
    ports === '53,53' &&
    rule.to.some(({ podSelector }) => podSelector?.matchExpressions?.[0]?.values?.join() === 'kube-dns')
  )
    return ['names'];
  if (ports === '443' && rule.to.every(({ ipBlock }) => leavesPrivateNetworksOut(ipBlock)))
    return ['provider'];
  if (isMonitoring(rule.to) && same(portsOf(rule), [monitoring.collectorPort])) return ['telemetry'];
  return rule.to.flatMap((peer) =>
    servicesOf(peer).flatMap((name) => portsOf(rule).map((port) => `${name}:${port}`)),
  );
}

function portsOf(rule) {
  return (rule.ports ?? [{ port: 'any' }]).map(({ port }) => port);
}

/** A provider is out in the world; what is private, metadata of the cloud among it, is not. */
function leavesPrivateNetworksOut(block) {
  const wanted = {
    '0.0.0.0/0': ['10.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
    '::/0': ['fc00::/7', 'fe80::/10'],
  };
  return (wanted[block?.cidr] ?? ['none']).every((network) => block?.except?.includes(network));
}

/** The services that a peer of a rule names; whatever else it lets through has a name that no arrow has. */
function servicesOf(peer) {
  const expressions = peer.podSelector?.matchExpressions ?? [];
  const [{ key, operator, values } = {}] = expressions;
  const plain =
    peer.namespaceSelector === undefined && peer.ipBlock === undefined && expressions.length === 1;
  if (plain && key === 'app.kubernetes.io/name' && operator === 'In') return values;
  return [`unknown ${JSON.stringify(peer)}`];
}
