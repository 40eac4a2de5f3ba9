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

/** Whether a selector of labels takes an object with these. */
export function selects({ matchLabels = {}, matchExpressions = [] }, labels) {
  const unknown = matchExpressions.filter(({ operator }) => operator !== 'In');
  if (unknown.length > 0) throw new Error(`no selector here has the operator ${unknown[0].operator}`);
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key]))
  );
}

/**
 * The variables of a container: values as the kubelet makes them, references to secrets, and those that others refer to by `$(NAME)`.
 * What only a running pod knows is there as the field that it comes from, such as `<metadata.name>`.
 */
export function environmentOf(objects, workload) {
  const { env = [], envFrom = [] } = containerOf(workload);
  const settings = (name) =>
    ofKind(objects, 'ConfigMap').find(({ metadata }) => metadata.name === name)?.data ?? {};
  const values = Object.assign({}, ...envFrom.map(({ configMapRef }) => settings(configMapRef.name)));
  const secrets = {};
  const references = {};
  // What comes from a whole ConfigMap cannot be referred to: Kubernetes knows the entries before alone.
  const before = {};
  const resolve = (name, text) =>
    text.replaceAll(/\$\(([^)]+)\)/g, (whole, referred) => {
      references[referred] = name;
      return before[referred] ?? whole;
    });
  for (const { name, value, valueFrom } of env) {
    if (valueFrom?.secretKeyRef !== undefined) secrets[name] = valueFrom.secretKeyRef;
    else
      values[name] = before[name] =
        valueFrom === undefined ? resolve(name, value) : fromElsewhere(valueFrom, settings);
  }
  return { values, secrets, references };
}

function fromElsewhere({ configMapKeyRef, fieldRef }, settings) {
  return configMapKeyRef === undefined
    ? `<${fieldRef.fieldPath}>`
    : settings(configMapKeyRef.name)[configMapKeyRef.key];
}
