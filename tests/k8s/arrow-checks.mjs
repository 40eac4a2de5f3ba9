import { ofKind, serviceOf } from './objects.mjs';
import { callees, dataOwners, eventUsers, providerCallers, services } from './source-facts.mjs';

const sorted = (names) => [...names].sort();
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The services that call each one: the arrows from their other end. */
const callers = Object.fromEntries(
  services.map((name) => [name, sorted(services.filter((other) => callees[other].includes(name)))]),
);

/**
 * What of the network policies is not an arrow that there is, and which arrows they lack.
 *
 * @param extras how many rules more an overlay has for its mesh: `{ ingress, egress }` map a rule to whether it is one of them
 */
export function arrowProblems(
  objects,
  { only = services, extraIngress = () => false, extraEgress = () => false, asleep = [] } = {},
) {
  return only.flatMap((service) => {
    const [policy] = ofKind(objects, 'NetworkPolicy').filter((object) => serviceOf(object) === service);
    if (policy === undefined) return [`${service}: has no NetworkPolicy`];
    const ingress = read(policy.spec.ingress ?? [], (rule) => readIngress(rule, extraIngress));
    const egress = read(policy.spec.egress ?? [], (rule) => readEgress(rule, extraEgress));
    const wantedIngress = asleep.includes(service) ? [] : sorted([...wantedIngressOf(service), 'metrics']);
    const problems = [];
    if (!same(sorted(policy.spec.policyTypes), ['Egress', 'Ingress']))
      problems.push('its policy leaves a direction open');
    if (!same(ingress, wantedIngress))
      problems.push(`is reached by [${ingress}] and should be by [${wantedIngress}]`);
    if (!same(egress, wantedEgressOf(service)))
      problems.push(`reaches [${egress}] and should reach [${wantedEgressOf(service)}]`);
    return problems.map((text) => `${service}: ${text}`);
  });
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
  return sorted([
    'names',
    ...callees[service].map((name) => `${name}:9000`),
    ...(dataOwners.includes(service) ? ['database'] : []),
    ...(eventUsers.includes(service) ? ['events'] : []),
    ...(providerCallers.includes(service) ? ['provider'] : []),
  ]);
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
  const namespaces = from.map(({ namespaceSelector, ...others }) =>
    Object.keys(others).length === 0 ? namespaceSelector?.matchExpressions?.[0]?.values?.join() : undefined,
  );
  return same(namespaces, ['monitoring']) && same(portsOf(rule), [9464]);
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
