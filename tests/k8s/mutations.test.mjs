/*
 * Goal: the tests of the manifests see what is missing.
 * Method: what an overlay has is taken away piece by piece, from its objects or from a copy of its files, and each time something is wrong.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { overlayProblems, overlays, problemsOf } from './checks.mjs';
import { environmentProblems } from './environment-checks.mjs';
import { authorizationProblems } from './mesh-checks.mjs';
import { after } from './mutate.mjs';
import { containerOf, environmentOf, ofKind, serviceOf, workloadOf } from './objects.mjs';
import { render, root } from './render.mjs';
import { schemaProblems } from './schemas.mjs';
import { services } from './source-facts.mjs';

const manifests = join(root, 'k8s');
const production = render(join(manifests, 'overlays', 'production'));
const mesh = render(join(manifests, 'overlays', 'mesh'));
const serverless = render(join(manifests, 'overlays', 'serverless'));

/** What is wrong with the production overlay when a copy of its files is changed; kustomize may refuse it as well. */
function afterEditing(edit) {
  const folder = mkdtempSync(join(tmpdir(), 'weft-k8s-'));
  const copy = join(folder, 'k8s');
  cpSync(manifests, copy, { recursive: true });
  try {
    edit((file, change) => {
      const path = join(copy, file);
      const text = readFileSync(path, 'utf8');
      assert.notEqual(change(text), text, `nothing was changed in ${file}`);
      writeFileSync(path, change(text));
    }, copy);
    return overlayProblems(copy, 'production');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const allButSchemas = (objects) => [...environmentProblems(objects), ...overlays.production(objects)];

describe('a manifest', () => {
  for (const service of services)
    it(`of ${service} is missed`, () => {
      const own = production.filter((object) => serviceOf(object) === service);
      const unseen = own.filter(
        ({ kind, metadata }) =>
          after(
            production,
            (copy) =>
              copy.splice(
                copy.findIndex((object) => object.kind === kind && object.metadata.name === metadata.name),
                1,
              ),
            allButSchemas,
          ).length === 0,
      );
      assert.deepEqual(
        [own.length >= 6, unseen.map(({ kind, metadata }) => `${kind} ${metadata.name}`)],
        [true, []],
      );
    });

  it('of a service is missed when its folder is gone', () => {
    const problems = afterEditing((edit, copy) => {
      edit('base/kustomization.yaml', (text) => text.replace('  - memory\n', ''));
      rmSync(join(copy, 'base', 'memory'), { recursive: true });
    });
    assert.ok(
      problems.some((problem) => problem.startsWith('memory: has no Deployment')),
      problems.join('\n'),
    );
  });
});

describe('a variable', () => {
  for (const service of services)
    it(`of ${service} is missed`, () => {
      const { values, secrets } = environmentOf(production, workloadOf(production, service));
      const unseen = [...Object.keys(values), ...Object.keys(secrets)].filter(
        (name) =>
          after(production, (copy) => removeVariable(copy, service, name), allButSchemas).length === 0,
      );
      assert.deepEqual(unseen, []);
    });

  it('is missed when its line is gone', () => {
    const problems = afterEditing((edit) =>
      edit('base/_service/kustomization.yaml', (text) => text.replace(/.*WEFT_PEERS=.*\n/, '')),
    );
    assert.ok(problems.includes('orchestrator: lacks WEFT_PEERS'), problems.join('\n'));
  });

  it('is missed when the component that brings it is gone', () => {
    const problems = afterEditing((edit) =>
      edit('base/cache/kustomization.yaml', (text) => text.replace(/components:\n.*database\n/, '')),
    );
    assert.ok(problems.includes('cache: lacks WEFT_DATABASE_URL'), problems.join('\n'));
  });

  it('that the service does not know is seen', () => {
    const problems = afterEditing((edit) =>
      edit('base/_service/kustomization.yaml', (text) => text.replace('WEFT_LOG_LEVEL', 'WEFT_LOGLEVEL')),
    );
    assert.ok(problems.includes('llm: does not know WEFT_LOGLEVEL'), problems.join('\n'));
  });

  it('with a value that the service refuses is seen', () => {
    const problems = afterEditing((edit) =>
      edit('base/_service/kustomization.yaml', (text) =>
        text.replace('WEFT_LOG_LEVEL=info', 'WEFT_LOG_LEVEL=loud'),
      ),
    );
    assert.ok(
      problems.some((problem) => problem.startsWith('llm: refuses its settings: WEFT_LOG_LEVEL')),
      problems.join('\n'),
    );
  });
});

describe('an arrow', () => {
  for (const [overlay, objects] of Object.entries({ production, mesh, serverless }))
    it(`is missed when it is taken out of any network policy of ${overlay}`, () => {
      const unseen = ofKind(objects, 'NetworkPolicy').flatMap((policy, index) =>
        placesOf(policy.spec).filter(
          (place) =>
            after(
              objects,
              (copy) => place.remove(ofKind(copy, 'NetworkPolicy')[index].spec),
              overlays[overlay],
            ).length === 0,
        ),
      );
      assert.deepEqual(unseen, []);
    });

  it('is missed when it is taken out of any policy of the mesh', () => {
    const policies = ofKind(mesh, 'AuthorizationPolicy');
    const unseen = policies.filter(
      (_policy, index) =>
        after(
          mesh,
          (copy) =>
            ofKind(copy, 'AuthorizationPolicy')[index].spec.rules[0].from?.[0].source.principals.pop(),
          authorizationProblems,
        ).length === 0,
    );
    assert.deepEqual(
      unseen.map(({ metadata }) => metadata.name),
      ['weft-gateway'],
    );
  });

  it('of the mesh is missed when TLS need not be', () => {
    const allow = (copy) => (ofKind(copy, 'PeerAuthentication')[0].spec.mtls.mode = 'PERMISSIVE');
    assert.deepEqual(after(mesh, allow, overlays.mesh), ['the mesh lets calls in without TLS']);
  });

  it('of whoever reads the metrics is missed when the sidecar is in its way, or lets more pass', () => {
    const told = (value) => (copy) => {
      const { annotations } = workloadOf(copy, 'memory').spec.template.metadata;
      if (value === undefined) delete annotations['traffic.sidecar.istio.io/excludeInboundPorts'];
      else annotations['traffic.sidecar.istio.io/excludeInboundPorts'] = value;
    };
    const problems = [undefined, '9464,9000', '*'].map((value) => after(mesh, told(value), overlays.mesh));
    assert.deepEqual(
      problems.map(([problem, ...more]) => [problem?.startsWith('memory: metrics'), more.length]),
      Array(3).fill([true, 0]),
    );
  });

  it('is missed when its lines are gone', () => {
    const problems = afterEditing((edit) =>
      edit('base/tool/network-policy.yaml', (text) => text.slice(0, text.lastIndexOf('- op: add'))),
    );
    assert.ok(
      problems.some((problem) => problem.startsWith('tool: reaches')),
      problems.join('\n'),
    );
  });

  it('that there is not is seen', () => {
    const problems = afterEditing((edit) =>
      edit('base/llm/network-policy.yaml', (text) =>
        text.replace('[gateway, orchestrator]', '[gateway, orchestrator, tool]'),
      ),
    );
    assert.ok(
      problems.some((problem) => problem.startsWith('llm: is reached by')),
      problems.join('\n'),
    );
  });

  it('that a policy for all services opens is seen', () => {
    const open = (copy) =>
      copy.push({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'open' },
        spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] },
      });
    assert.equal(after(production, open, overlays.production).length, services.length);
  });

  it('to everywhere is seen', () => {
    const problems = after(
      production,
      (copy) => policyOf(copy, 'prompt').spec.egress.push({}),
      overlays.production,
    );
    assert.ok(
      problems.some((problem) => problem.startsWith('prompt: reaches')),
      problems.join('\n'),
    );
  });
});

describe('an object', () => {
  const changes = {
    'Deployment with a field that there is not': ['Deployment', (spec) => (spec.minReadySecond = 5)],
    'container with a field that there is not': [
      'Deployment',
      (spec) => (spec.template.spec.containers[0].enviroment = []),
    ],
    'NetworkPolicy with a port that is none': [
      'NetworkPolicy',
      (spec) => (spec.egress[0].ports[0].protocol = 5),
    ],
    'ScaledObject with a field that there is not': ['ScaledObject', (spec) => (spec.minReplicas = 1)],
    'Certificate without an issuer': ['Certificate', (spec) => delete spec.issuerRef],
    'HTTPRoute with a wrong duration': ['HTTPRoute', (spec) => (spec.rules[0].timeouts.request = 'for ever')],
  };
  for (const [what, [kind, change]] of Object.entries(changes))
    it(`is refused: a ${what}`, () => {
      const problems = after(
        production,
        (copy) => change(ofKind(copy, kind)[0].spec),
        (copy) => copy.flatMap(schemaProblems),
      );
      assert.ok(
        problems.some((problem) => problem.startsWith(kind)),
        problems.join('\n'),
      );
    });

  it('is refused: one of a kind that there is not', () => {
    const problems = after(
      production,
      (copy) => (copy[0].kind = 'Namespaces'),
      (copy) => problemsOf(copy, 'production'),
    );
    assert.ok(problems.includes('Namespaces weft: there is no schema of v1 Namespaces'), problems.join('\n'));
  });

  it('is refused: a container that may write to its root, or is root', () => {
    const loosen = (copy) => {
      delete containerOf(workloadOf(copy, 'safety')).securityContext.readOnlyRootFilesystem;
      workloadOf(copy, 'safety').spec.template.spec.securityContext.runAsNonRoot = false;
    };
    assert.equal(after(production, loosen, overlays.production).length, 2);
  });
});

/** Takes a variable from one service, wherever it has it from. */
function removeVariable(objects, service, name) {
  const container = containerOf(workloadOf(objects, service));
  container.env = container.env.filter((entry) => entry.name !== name);
  for (const { configMapRef } of container.envFrom)
    delete ofKind(objects, 'ConfigMap').find(({ metadata }) => metadata.name === configMapRef.name).data[
      name
    ];
}

function policyOf(objects, service) {
  return ofKind(objects, 'NetworkPolicy').find((policy) => serviceOf(policy) === service);
}

/** Every rule of a policy and every name in it, with how to take it away. */
function placesOf(spec) {
  return ['ingress', 'egress'].flatMap((direction) =>
    (spec[direction] ?? []).flatMap((rule, index) => {
      const values = (rule.from ?? rule.to)?.[0].podSelector?.matchExpressions?.[0].values ?? [];
      const names = values.map((name, at) => ({
        name: `${direction} ${name}`,
        remove: (copy) =>
          (copy[direction][index].from ??
            copy[direction][index].to)[0].podSelector.matchExpressions[0].values.splice(at, 1),
      }));
      return [
        { name: `${direction} ${index}`, remove: (copy) => copy[direction].splice(index, 1) },
        ...names,
      ];
    }),
  );
}
