import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

const establishTimeoutMs = 30_000;

/** Makes and removes objects at an API server, which is asked where objects of a kind are. */
export function apiObjects(call) {
  const resources = new Map();
  const pathOf = async ({ apiVersion, kind, metadata }) => {
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    if (!resources.has(group)) resources.set(group, call('GET', group));
    const { body } = await resources.get(group);
    const resource = body.resources?.find((entry) => entry.kind === kind && !entry.name.includes('/'));
    if (resource === undefined) throw new Error(`the server does not know ${apiVersion} ${kind}`);
    const place = resource.namespaced ? `/namespaces/${metadata.namespace}` : '';
    return `${group}${place}/${resource.name}/${metadata.name}`;
  };
  return {
    /**
     * Applies an object as `kubectl apply --server-side` does, strictly.
     *
     * @returns whether it is there now, and what the server says against it; what it takes with a warning is there
     */
    async apply(object) {
      const path = await pathOf(object);
      const answer = await call('PATCH', `${path}?fieldManager=test&fieldValidation=Strict`, object);
      const isThere = answer.status < 300;
      const objections = [...(isThere ? [] : [answer.body.message ?? answer.body]), ...answer.warnings];
      return {
        isThere,
        objections: objections.map((text) => `${object.kind} ${object.metadata.name}: ${text}`),
      };
    },

    async remove(object) {
      const { status, body } = await call('DELETE', `${await pathOf(object)}?gracePeriodSeconds=0`);
      if (status >= 300 && status !== 404)
        throw new Error(`${object.kind} ${object.metadata.name} stays: ${body.message}`);
    },

    /** Defines kinds of custom resources, and waits until the server serves them. */
    async define(definitions) {
      for (const definition of definitions) {
        const { isThere, objections } = await this.apply(definition);
        if (!isThere) throw new Error(objections.join('\n'));
      }
      for (const definition of definitions) await untilServed(call, await pathOf(definition));
    },
  };
}

async function untilServed(call, path) {
  const endsAt = performance.now() + establishTimeoutMs;
  while (performance.now() < endsAt) {
    const { body } = await call('GET', path);
    const met = (type) =>
      body.status?.conditions?.some((entry) => entry.type === type && entry.status === 'True');
    if (met('Established')) return;
    await delay(50);
  }
  throw new Error(`${path} was not established within ${establishTimeoutMs} ms`);
}
