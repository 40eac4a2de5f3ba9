/** The objects of a rendering, by what they are for. */

/** The service that an object belongs to, by its label; undefined for what belongs to none. */
export function serviceOf(object) {
  const labels = object.metadata.labels ?? {};
  return labels['app.kubernetes.io/part-of'] === 'weft' ? labels['app.kubernetes.io/name'] : undefined;
}

/** Objects of a kind; of Kubernetes' own kinds where two groups share a name. */
export function ofKind(objects, kind, apiVersion) {
  return objects.filter(
    (object) => object.kind === kind && (apiVersion === undefined || object.apiVersion === apiVersion),
  );
}

/** What runs a service: its Deployment, or its Knative Service. */
export function workloadOf(objects, service) {
  const own = objects.filter((object) => serviceOf(object) === service);
  return ofKind(own, 'Deployment')[0] ?? ofKind(own, 'Service', 'serving.knative.dev/v1')[0];
}

export function containerOf(workload) {
  return workload.spec.template.spec.containers[0];
}

/** The variables of a container: plain values from its ConfigMap and itself, and references to secrets. */
export function environmentOf(objects, workload) {
  const container = containerOf(workload);
  const maps = (container.envFrom ?? []).map(({ configMapRef }) =>
    ofKind(objects, 'ConfigMap').find(({ metadata }) => metadata.name === configMapRef.name),
  );
  const values = Object.assign({}, ...maps.map((map) => map?.data ?? {}));
  const secrets = {};
  for (const { name, value, valueFrom } of container.env ?? [])
    if (valueFrom === undefined) values[name] = value;
    else secrets[name] = valueFrom.secretKeyRef;
  return { values, secrets };
}
