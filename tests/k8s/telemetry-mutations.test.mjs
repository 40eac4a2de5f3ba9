/*
 * Goal: the tests of the manifests see when telemetry would not arrive, or would not say whose it is.
 * Method: as in mutations.test.mjs, in each overlay that sends telemetry.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { overlays } from './checks.mjs';
import { environmentProblems, readGuide, secretProblems } from './environment-checks.mjs';
import { after } from './mutate.mjs';
import { containerOf, ofKind, workloadOf } from './objects.mjs';
import { render, root } from './render.mjs';

const renderOverlay = (name) => render(join(root, 'k8s', 'overlays', name));
const rendered = Object.fromEntries(
  ['production', 'mesh', 'serverless'].map((name) => [name, renderOverlay(name)]),
);

describe('telemetry', () => {
  const collector = (copy) =>
    ofKind(copy, 'NetworkPolicy').find(({ metadata }) => metadata.name === 'weft-telemetry');
  const settings = (copy) =>
    ofKind(copy, 'ConfigMap').find(({ metadata }) => metadata.name.startsWith('weft-telemetry')).data;
  const attributes = (copy) =>
    containerOf(workloadOf(copy, 'prompt')).env.find(({ name }) => name === 'OTEL_RESOURCE_ATTRIBUTES');
  const changes = {
    'the way to the collector is gone': (copy) => collector(copy).spec.egress.pop(),
    'the way leads to a whole namespace': (copy) => delete collector(copy).spec.egress[0].ports,
    'the way leads to another namespace': (copy) =>
      (collector(copy).spec.egress[0].to[0].namespaceSelector.matchExpressions[0].values = ['default']),
    'the collector is where no way leads': (copy) =>
      (settings(copy).OTEL_EXPORTER_OTLP_ENDPOINT = 'http://otel-collector.default.svc:4318'),
    'metrics go both ways, or none': (copy) =>
      (settings(copy).OTEL_METRICS_EXPORTER =
        settings(copy).OTEL_METRICS_EXPORTER === 'none' ? 'otlp' : 'none'),
    'traces go nowhere': (copy) => (settings(copy).OTEL_TRACES_EXPORTER = 'none'),
    'signals say that they are of another release': (copy) => (settings(copy).SERVICE_VERSION = '0.0.9'),
    'signals do not say of which environment they are': (copy) =>
      (settings(copy).DEPLOYMENT_ENVIRONMENT = ''),
    'signals do not say of which pod they are': (copy) =>
      (attributes(copy).value = attributes(copy).value.replace(/k8s\.pod\.name=[^,]*,/, '')),
    'a variable is referred to that is defined later': (copy) =>
      containerOf(workloadOf(copy, 'prompt')).env.reverse(),
    'attributes are no list': (copy) => (attributes(copy).value = 'production'),
    'a process would have to have the headers': (copy) =>
      delete containerOf(workloadOf(copy, 'prompt')).env.find(
        ({ name }) => name === 'OTEL_EXPORTER_OTLP_HEADERS',
      ).valueFrom.secretKeyRef.optional,
    'a variable is there for nothing': (copy) =>
      containerOf(workloadOf(copy, 'prompt')).env.push({ name: 'POD_IP', value: '10.0.0.1' }),
  };
  for (const [overlay, objects] of Object.entries(rendered)) {
    const check = (copy) => [...environmentProblems(copy), ...overlays[overlay](copy)];

    it(`of ${overlay} is right as it is`, () => {
      assert.deepEqual(check(objects), []);
    });

    for (const [what, change] of Object.entries(changes))
      it(`of ${overlay} is seen to be wrong when ${what}`, () => {
        assert.notDeepEqual(after(objects, change, check), []);
      });
  }

  it('is seen where the guide does not tell how to make its Secret', () => {
    const guide = readGuide().replace(/^\| `weft-telemetry`.*\n/m, '');
    assert.deepEqual(secretProblems(rendered.production, guide), [
      'the guide does not say how to make the Secret and key weft-telemetry OTEL_EXPORTER_OTLP_HEADERS',
    ]);
  });

  it('has no way out of the overlay for development, which has no collector', () => {
    const dev = renderOverlay('dev');
    const open = (copy) => copy.push(globalThis.structuredClone(collector(rendered.production)));
    const problems = after(dev, open, overlays.dev);
    assert.deepEqual([problems.length, problems.every((text) => text.includes('"monitoring"'))], [11, true]);
  });
});
