import { ofKind, selects, serviceOf, workloadOf } from './objects.mjs';
import { callees, dataOwners, eventUsers, providerCallers, services } from './source-facts.mjs';

const sorted = (names) => [...names].sort();
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The services that call each one: the arrows from their other end. */
export const callers = Object.fromEntries(
  services.map((name) => [name, sorted(services.filter((other) => callees[other].includes(name)))]),
);

/** Whoever watches the cluster: Prometheus reads metrics, a collector takes telemetry. */
export const metricsArrow = { name: 'metrics', namespaces: ['monitoring'], ports: [9464] };
export const telemetryArrow = { name: 'telemetry', namespaces: ['monitoring'], ports: [4318] };

/**
 * What of the network policies is not an arrow that there is, and which arrows they lack.
 *
 * @param asleep the services that no other calls directly
 * @param from,to the arrows between a service and other namespaces: `{ name, namespaces, ports }`
 */
export function arrowProblems(
  objects,
  { only = services, asleep = [], from = () => [metricsArrow], to = () => [] } = {},
) {
  return only.flatMap((service) => {
    const policies = policiesOf(objects, service);
    if (!policies.some((policy) => serviceOf(policy) === service))
      return [`${service}: has no NetworkPolicy`];
    const rules = (direction) => policies.flatMap(({ spec }) => spec[direction] ?? []);
    const namesOf = (arrows) => arrows.map(({ name }) => name);
    const ingress = sorted(rules('ingress').flatMap((rule) => readIngress(rule, from(service))));
    const egress = sorted(rules('egress').flatMap((rule) => readEgress(rule, to(service))));
    const calls = asleep.includes(service) ? [] : callsTo(service);
    const wantedIngress = sorted([...calls, ...namesOf(from(service))]);
    const wantedEgress = sorted([...targetsOf(service), ...namesOf(to(service))]);
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

function callsTo(service) {
  return service === 'gateway'
    ? ['anybody:8080', 'anybody:9090']
    : callers[service].map((name) => `${name}:9000`);
}

function targetsOf(service) {
  return [
    'names',
    ...callees[service].map((name) => `${name}:9000`),
    ...(dataOwners.includes(service) ? ['database'] : []),
    ...(eventUsers.includes(service) ? ['events'] : []),
    ...(providerCallers.includes(service) ? ['provider'] : []),
  ];
}

function readIngress(rule, arrows) {
  const ports = portsOf(rule);
  if (rule.from === undefined) return ports.map((port) => `anybody:${port}`);
  return foreignArrow(rule.from, ports, arrows) ?? peersOf(rule.from, ports);
}

function readEgress(rule, arrows) {
  const ports = portsOf(rule);
  const text = ports.join();
  if (rule.to === undefined) return [{ 5432: 'database', 4222: 'events' }[text] ?? `anything:${text}`];
  if (
    text === '53,53' &&
    rule.to.some(({ podSelector }) => podSelector?.matchExpressions?.[0]?.values?.join() === 'kube-dns')
  )
    return ['names'];
  if (text === '443' && rule.to.every(({ ipBlock }) => leavesPrivateNetworksOut(ipBlock)))
    return ['provider'];
  return foreignArrow(rule.to, ports, arrows) ?? peersOf(rule.to, ports);
}

/** The arrow between a service and whole namespaces that a rule is: of exactly these, on exactly its ports. */
function foreignArrow(peers, ports, arrows) {
  const [{ namespaceSelector, ...others }, ...more] = peers;
  if (namespaceSelector === undefined || more.length > 0 || Object.keys(others).length > 0) return undefined;
  const arrow = arrows.find(
    (candidate) => same(ports, candidate.ports) && same(namespaceSelector, ofNames(candidate.namespaces)),
  );
  return arrow && [arrow.name];
}

function ofNames(values) {
  return { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }] };
}

function peersOf(peers, ports) {
  return peers.flatMap((peer) => servicesOf(peer).flatMap((name) => ports.map((port) => `${name}:${port}`)));
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
