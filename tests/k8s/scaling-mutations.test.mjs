/*
 * Goal: the tests of the manifests see when a service would not scale, or would not wake.
 * Method: as in mutations.test.mjs, in the overlays that scale by KEDA and by Knative.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { overlays } from './checks.mjs';
import { after } from './mutate.mjs';
import { containerOf, ofKind, workloadOf } from './objects.mjs';
import { render, root } from './render.mjs';

const production = render(join(root, 'k8s', 'overlays', 'production'));
const serverless = render(join(root, 'k8s', 'overlays', 'serverless'));

describe('what KEDA scales', () => {
  const triggerOf = (service, type) => (copy) =>
    ofKind(copy, 'ScaledObject')
      .find(({ metadata }) => metadata.name === `weft-${service}`)
      .spec.triggers.find((trigger) => trigger.type === type).metadata;
  const llm = triggerOf('llm', 'prometheus');
  const changes = {
    'nothing scales it': (copy) => copy.splice(copy.indexOf(ofKind(copy, 'ScaledObject')[0]), 1),
    'it is scaled by the streams of another': (copy) =>
      (llm(copy).query = llm(copy).query.replace('"llm"', '"tool"')),
    'it is scaled by the streams of another namespace': (copy) =>
      (llm(copy).query = llm(copy).query.replace('namespace="weft", ', '')),
    'no figure is taken for zero': (copy) => delete llm(copy).ignoreNullValues,
    'it is scaled by events that nobody consumes': (copy) =>
      (triggerOf('logging', 'nats-jetstream')(copy).consumer = 'ledger'),
  };
  for (const [what, change] of Object.entries(changes))
    it(`is seen to be wrong when ${what}`, () => {
      assert.notDeepEqual(after(production, change, overlays.production), []);
    });
});

describe('who sleeps', () => {
  const safety = (copy) => workloadOf(copy, 'safety');
  const changes = {
    'it stays awake': (copy) =>
      delete safety(copy).spec.template.metadata.annotations['autoscaling.knative.dev/min-scale'],
    'calls reach it by HTTP/1': (copy) => (containerOf(safety(copy)).ports[0].name = 'http1'),
    'it is open to the world': (copy) =>
      delete safety(copy).metadata.labels['networking.knative.dev/visibility'],
    'nobody asks whether it is ready': (copy) => delete containerOf(safety(copy)).readinessProbe,
    'it is asked where nothing answers': (copy) =>
      (containerOf(safety(copy)).readinessProbe.httpGet.port = 9000),
    'it is killed by a probe that Knative sends elsewhere': (copy) =>
      (containerOf(safety(copy)).livenessProbe = { httpGet: { path: '/livez', port: 8081 } }),
    'a Deployment runs beside it': (copy) =>
      copy.push({ kind: 'Deployment', apiVersion: 'apps/v1', metadata: { name: 'weft-safety' } }),
  };
  for (const [what, change] of Object.entries(changes))
    it(`is seen to be wrong when ${what}`, () => {
      assert.notDeepEqual(after(serverless, change, overlays.serverless), []);
    });
});
