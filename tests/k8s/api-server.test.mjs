/*
 * Goal: a real Kubernetes takes every object of every overlay, and lets every pod into its namespace.
 * Method: a real API server, with the custom resources defined that the overlays use, is given all objects, strictly, and a bare pod made
 * from each template, since no controller makes them there. Each overlay is taken away before the next.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { apiObjects } from './api-objects.mjs';
import { startApiServer } from './api-server.mjs';
import { overlays } from './checks.mjs';
import { after as afterChange } from './mutate.mjs';
import { ofKind, workloadOf } from './objects.mjs';
import { barePods } from './pods.mjs';
import { render, root } from './render.mjs';
import { customDefinitions } from './schemas.mjs';
import { services } from './source-facts.mjs';

const rendered = Object.fromEntries(
  Object.keys(overlays).map((name) => [name, render(join(root, 'k8s', 'overlays', name))]),
);
const observability = render(join(root, 'k8s', 'observability'));
/** The account that a controller would make in each namespace. */
const account = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'weft' },
};

const changed = (object, change) => afterChange(object, change, (copy) => copy);

describe('a real API server', () => {
  let server;
  let objects;
  let made = [];

  /** Makes objects, and answers with everything that the server says against them. */
  const make = async (list) => {
    const all = [];
    for (const object of list) {
      const { isThere, objections } = await objects.apply(object);
      if (isThere) made.push(object);
      all.push(...objections);
    }
    return all;
  };

  /** Takes away what was made; namespaces stay, since a controller would end them. */
  const removeAll = async () => {
    for (const object of made.reverse()) if (object.kind !== 'Namespace') await objects.remove(object);
    made = [];
  };

  before(async () => {
    server = await startApiServer();
    objects = apiObjects(server.call);
    const used = [...Object.values(rendered).flat(), ...observability];
    await objects.define(customDefinitions(used));
  });

  after(() => server?.stop());

  for (const [overlay, list] of Object.entries(rendered))
    describe(`given ${overlay}`, () => {
      after(removeAll);

      it('takes every object', async () => {
        assert.deepEqual(await make([...list, account]), []);
      });

      it('takes what watches it', async () => {
        assert.deepEqual(await make(observability), []);
      });

      it('lets every pod in', async () => {
        const pods = barePods(list);
        assert.deepEqual([await make(pods), pods.length >= services.length], [[], true]);
      });

      it('keeps a pod out that is root', async () => {
        const pod = changed(barePods(list)[0], (copy) => {
          copy.metadata.name = 'root';
          copy.spec.containers[0].securityContext.runAsNonRoot = false;
        });
        assert.match(
          (await make([pod])).join(),
          /violates PodSecurity "restricted:latest": runAsNonRoot != true/,
        );
      });
    });

  describe('given what is wrong with production', () => {
    const { production } = rendered;
    const first = (kind) => ofKind(production, kind)[0];
    const tool = workloadOf(production, 'tool');
    const pod = (change) => changed(barePods([tool])[0], change);
    const wrong = {
      'a field that is misspelt': [
        changed(tool, ({ spec }) => (spec.minReadySecond = 5)),
        /\.spec\.minReadySecond: field not declared in schema/,
      ],
      'a field of a custom resource that is misspelt': [
        changed(first('ScaledObject'), ({ spec }) => (spec.minReplicas = 5)),
        /\.spec\.minReplicas: field not declared in schema/,
      ],
      'a port that there is not': [
        changed(first('NetworkPolicy'), ({ spec }) => (spec.egress[0].ports[0].port = 65536)),
        /must be between 1 and 65535/,
      ],
      'a volume that nothing has': [
        changed(tool, ({ spec }) => spec.template.spec.volumes.pop()),
        /volumeMounts\[\d\]\.name: Not found/,
      ],
      'a selector that leaves its own pods out': [
        changed(tool, ({ spec }) => (spec.template.metadata.labels['app.kubernetes.io/name'] = 'llm')),
        /`selector` does not match template `labels`/,
      ],
      'a variable that is there twice': [
        changed(tool, ({ spec }) =>
          spec.template.spec.containers[0].env.push({ name: 'POD_NAME', value: 'tool' }),
        ),
        /duplicate entries for key \[name="POD_NAME"\]/,
      ],
      'a route whose timeouts do not fit': [
        changed(
          first('HTTPRoute'),
          ({ spec }) => (spec.rules[0].timeouts = { request: '1s', backendRequest: '2s' }),
        ),
        /backendRequest timeout cannot be longer than request timeout/,
      ],
      'a privileged pod': [
        pod(({ spec }) => (spec.containers[0].securityContext = { privileged: true })),
        /violates PodSecurity "restricted:latest": privileged/,
      ],
      'a pod with a folder of its node': [
        pod(({ spec }) => (spec.volumes = [...spec.volumes, { name: 'node', hostPath: { path: '/' } }])),
        /violates PodSecurity "restricted:latest".*hostPath/,
      ],
      'a pod with an account that there is not': [
        pod(({ spec }) => (spec.serviceAccountName = 'nobody')),
        /serviceaccount "nobody" not found/,
      ],
    };

    before(async () => {
      assert.deepEqual(await make([...production, account]), []);
    });

    after(removeAll);

    it('takes the pod without it', async () => {
      assert.deepEqual(await make([pod(() => undefined)]), []);
      await objects.remove(made.pop());
    });

    for (const [what, [object, reason]] of Object.entries(wrong))
      it(`refuses ${what}`, async () => {
        assert.match((await make([object])).join(), reason);
      });
  });
});
