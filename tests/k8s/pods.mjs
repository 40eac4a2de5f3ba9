import { containerOf } from './objects.mjs';

/** Of a Knative Service's template, what no pod has. */
const knativeFields = ['containerConcurrency', 'timeoutSeconds'];

/** The pod that a controller would make first from each template, with claims where a template has them made. */
export function barePods(objects) {
  return objects
    .filter((object) => object.spec?.template?.spec !== undefined && containerOf(object) !== undefined)
    .map(({ metadata, spec }) => {
      const { labels, annotations } = spec.template.metadata;
      const claims = (spec.volumeClaimTemplates ?? []).map(({ metadata: { name } }) => ({
        name,
        persistentVolumeClaim: { claimName: `${name}-${metadata.name}-0` },
      }));
      const own = Object.fromEntries(
        Object.entries(spec.template.spec).filter(([field]) => !knativeFields.includes(field)),
      );
      return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `${metadata.name}-0`, namespace: metadata.namespace, labels, annotations },
        spec: { ...own, volumes: [...(own.volumes ?? []), ...claims] },
      };
    });
}
