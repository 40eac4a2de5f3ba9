import { isDeepStrictEqual } from 'node:util';
import { callers, metricsArrow } from './arrow-checks.mjs';
import { environmentOf, ofKind, workloadOf } from './objects.mjs';
import { services } from './source-facts.mjs';

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
    return isDeepStrictEqual([principals.sort(), ports], [wanted, wantedPorts])
      ? []
      : [
          `${service}: the mesh lets [${principals}] to [${ports}], and should let [${wanted}] to [${wantedPorts}]`,
        ];
  });
}

/** The mesh lets nobody in without its TLS, but to the doors. */
export function peerAuthenticationProblems(objects) {
  const policies = ofKind(objects, 'PeerAuthentication').map(({ spec }) => spec);
  const all = policies.some(({ selector, mtls }) => selector === undefined && mtls.mode === 'STRICT');
  const open = policies.flatMap(({ portLevelMtls = {} }) => Object.keys(portLevelMtls)).sort();
  return [
    ...(all && policies.every(({ mtls }) => mtls.mode === 'STRICT')
      ? []
      : ['the mesh lets calls in without TLS']),
    ...(open.join() === '8080,9090'
      ? []
      : [`the mesh takes the ports [${open}] without TLS, and should the doors alone`]),
  ];
}

/** The sidecar lets metrics pass, for a Prometheus outside of the mesh, and has its hands on everything else. */
export function sidecarProblems(objects) {
  return services.flatMap((service) => {
    const workload = workloadOf(objects, service);
    if (workload === undefined) return [`${service}: nothing runs it`];
    const annotations = Object.entries(workload.spec.template.metadata.annotations ?? {});
    const passes = annotations.filter(([name]) => /^(traffic\.)?sidecar\.istio\.io\//.test(name));
    const port = environmentOf(objects, workload).values.WEFT_METRICS_ADDRESS?.split(':').at(-1);
    const wanted = [['traffic.sidecar.istio.io/excludeInboundPorts', metricsArrow.ports.join()]];
    return isDeepStrictEqual(passes, wanted) && port === metricsArrow.ports.join()
      ? []
      : [`${service}: metrics at the port ${port} alone should pass its sidecar, which is told [${passes}]`];
  });
}
