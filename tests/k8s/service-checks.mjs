import { containerOf, environmentOf, ofKind, serviceOf, workloadOf } from './objects.mjs';
import { services } from './source-facts.mjs';

const exitMarginS = 2;

/** What every service has to have where it runs as a Deployment. `scaled` is false where there is one replica and nothing scales. */
export function serviceProblems(objects, { only = services, scaled = true, tls = true } = {}) {
  return only.flatMap((service) => {
    const own = objects.filter((object) => serviceOf(object) === service);
    const say = (text) => `${service}: ${text}`;
    const missing = kindsOf(own, scaled).map((kind) => say(`has no ${kind}`));
    const workload = workloadOf(objects, service);
    if (workload?.kind !== 'Deployment') return missing;
    const problems = [
      ...podProblems(workload),
      ...rolloutProblems(objects, workload),
      ...probeProblems(objects, workload),
      ...selectorProblems(own, workload),
      ...tlsProblems(objects, service, workload, tls),
    ];
    return [...missing, ...problems.map(say)];
  });
}

/** The kinds of object that a service should have and does not. */
function kindsOf(own, scaled) {
  const has = {
    Deployment: ofKind(own, 'Deployment').length === 1,
    'headless Service': ofKind(own, 'Service', 'v1').some(({ spec }) => spec.clusterIP === 'None'),
    'ServiceAccount without a token': ofKind(own, 'ServiceAccount').some(
      (account) => account.automountServiceAccountToken === false,
    ),
    ConfigMap: ofKind(own, 'ConfigMap').length === 1,
    NetworkPolicy: ofKind(own, 'NetworkPolicy').length === 1,
  };
  if (scaled) has.PodDisruptionBudget = ofKind(own, 'PodDisruptionBudget').length === 1;
  return Object.keys(has).filter((kind) => !has[kind]);
}

/** One autoscaler for each Deployment, and none that would fight another. */
export function scalingProblems(objects, only = services) {
  const targets = [...ofKind(objects, 'HorizontalPodAutoscaler'), ...ofKind(objects, 'ScaledObject')].map(
    ({ spec }) => spec.scaleTargetRef.name,
  );
  return only.flatMap((service) => {
    const count = targets.filter((name) => name === `weft-${service}`).length;
    return count === 1 ? [] : [`${service}: ${count} autoscalers look after it, and not one`];
  });
}

function podProblems(workload) {
  const { spec } = workload.spec.template;
  const container = containerOf(workload);
  const demands = {
    'runs as a user that is not root':
      spec.securityContext?.runAsNonRoot === true && spec.securityContext.runAsUser === 65532,
    'has the default seccomp profile': spec.securityContext?.seccompProfile?.type === 'RuntimeDefault',
    'has a root that it cannot write to': container.securityContext?.readOnlyRootFilesystem === true,
    'drops every capability': container.securityContext?.capabilities?.drop?.[0] === 'ALL',
    'gains no privileges': container.securityContext?.allowPrivilegeEscalation === false,
    'asks for CPU and memory':
      container.resources?.requests?.cpu !== undefined && container.resources.requests.memory !== undefined,
    'has a limit on memory': container.resources?.limits?.memory !== undefined,
    'asks for room on disk, and has a limit on it':
      container.resources?.requests?.['ephemeral-storage'] !== undefined &&
      container.resources.limits?.['ephemeral-storage'] !== undefined,
    'spreads over zones and nodes':
      (spec.topologySpreadConstraints ?? []).map(({ topologyKey }) => topologyKey).join() ===
      'topology.kubernetes.io/zone,kubernetes.io/hostname',
    'takes no token': spec.automountServiceAccountToken === false,
    'has an account of its own': spec.serviceAccountName === workload.metadata.name,
    'runs its own service': container.args?.join() === `${serviceOf(workload)}.cjs`,
  };
  return unmet(demands);
}

function rolloutProblems(objects, workload) {
  const { spec } = workload;
  const { values } = environmentOf(objects, workload);
  const preStopS = containerOf(workload).lifecycle?.preStop?.sleep?.seconds ?? 0;
  const stopS = preStopS + Number(values.WEFT_DRAIN_TIMEOUT_MS ?? Infinity) / 1000 + exitMarginS;
  return unmet({
    'takes none away before its successor is there': spec.strategy?.rollingUpdate?.maxUnavailable === 0,
    'waits until clients have found a replica': spec.minReadySeconds >= 5,
    'has the time to drain': spec.template.spec.terminationGracePeriodSeconds > stopS,
    'waits before its doors close': serviceOf(workload) !== 'gateway' || preStopS >= 5,
    'leaves the number of replicas to its autoscaler': spec.replicas === undefined,
  });
}

function probeProblems(objects, workload) {
  const container = containerOf(workload);
  const { values } = environmentOf(objects, workload);
  const port = (name) => container.ports?.find((entry) => entry.name === name)?.containerPort;
  const portOf = (address) => Number(address?.split(':').at(-1));
  const asks = (probe, path) =>
    probe?.httpGet?.path === path && port(probe.httpGet.port) === portOf(values.WEFT_PROBE_ADDRESS);
  return unmet({
    'is asked whether it has started': asks(container.startupProbe, '/livez'),
    'is asked whether it lives': asks(container.livenessProbe, '/livez'),
    'is asked whether it is ready': asks(container.readinessProbe, '/readyz'),
    'serves gRPC where its port says': port('grpc') === portOf(values.WEFT_ADDRESS),
  });
}

/** Whatever looks for a service's pods finds them. */
function selectorProblems(own, workload) {
  const labels = workload.spec.template.metadata.labels;
  const finds = (selector) =>
    Object.entries(selector ?? {}).length > 0 &&
    Object.entries(selector).every(([key, value]) => labels[key] === value);
  const selectors = [
    ['Deployment', workload.spec.selector.matchLabels],
    ...ofKind(own, 'Service', 'v1').map(({ metadata, spec }) => [metadata.name, spec.selector]),
    ...ofKind(own, 'PodDisruptionBudget').map(({ spec }) => [
      'PodDisruptionBudget',
      spec.selector.matchLabels,
    ]),
    ...ofKind(own, 'NetworkPolicy').map(({ spec }) => ['NetworkPolicy', spec.podSelector.matchLabels]),
  ];
  const own_ = (selector) => selector?.['app.kubernetes.io/name'] === labels['app.kubernetes.io/name'];
  return selectors
    .filter(([, selector]) => !finds(selector) || !own_(selector))
    .map(([name]) => `the selector of ${name} does not find its pods`);
}

/** With TLS: the files are where the settings say, from a Secret of the service's own. */
function tlsProblems(objects, service, workload, tls) {
  const { values } = environmentOf(objects, workload);
  const volume = workload.spec.template.spec.volumes.find(({ name }) => name === 'tls');
  if (!tls)
    return unmet({
      'does without TLS by name':
        values.WEFT_INSECURE_TRANSPORT === 'true' && values.WEFT_TLS_CA_FILE === undefined,
      'mounts no certificate that is not there': volume === undefined,
    });
  const mount = containerOf(workload).volumeMounts.find(({ name }) => name === 'tls')?.mountPath;
  return unmet({
    'has its certificate where its settings say':
      values.WEFT_TLS_CA_FILE === `${mount}/ca.crt` &&
      values.WEFT_TLS_CERT_FILE === `${mount}/tls.crt` &&
      values.WEFT_TLS_KEY_FILE === `${mount}/tls.key`,
    'has a certificate of its own': volume?.secret?.secretName === `weft-${service}-tls`,
  });
}

/** Each service has a certificate that names it, in the Secret that it reads, from an issuer that is there. */
export function certificateProblems(objects) {
  const issuers = ofKind(objects, 'Issuer').map(({ metadata }) => metadata.name);
  return services.flatMap((service) => {
    const certificate = ofKind(objects, 'Certificate').find(
      ({ spec }) => spec.secretName === `weft-${service}-tls`,
    );
    const { dnsNames = [], usages = [], issuerRef } = certificate?.spec ?? {};
    return unmet({
      'has a certificate with its name in it': dnsNames.includes(service),
      'may be server and client with it': usages.includes('server auth') && usages.includes('client auth'),
      'has it from an issuer that is there': issuers.includes(issuerRef?.name),
    }).map((text) => `${service}: ${text}`);
  });
}

function unmet(demands) {
  return Object.keys(demands)
    .filter((text) => !demands[text])
    .map((text) => `it is not so that it ${text}`);
}
