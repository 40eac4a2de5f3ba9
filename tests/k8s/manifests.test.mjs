/*
 * Goal: every overlay and every base is what a cluster would take, and says of weft what its source says.
 * Method: kustomize renders them; each object is held against the schema of its kind, and all of them against facts read from the source.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { asleep, baseProblems, basesOf, overlayProblems, overlays, problemsOf } from './checks.mjs';
import { readGuide } from './environment-checks.mjs';
import { render, root } from './render.mjs';
import { schemaProblems } from './schemas.mjs';
import { callees, documentedCallees, eventUsers, services } from './source-facts.mjs';

const manifests = join(root, 'k8s');

describe('the source', () => {
  it('has the arrows that docs/architecture.md draws', () => {
    assert.deepEqual(callees, documentedCallees());
  });

  it('lets those services sleep that have nothing to do unless they are called', () => {
    const awake = [...new Set(['gateway', ...eventUsers])].sort();
    assert.deepEqual(
      services.filter((name) => !awake.includes(name)),
      asleep,
    );
  });
});

describe('the bases', () => {
  it('are those of all services', () => {
    assert.deepEqual(basesOf(manifests), services);
  });

  for (const service of services)
    it(`${service} can be deployed alone`, () => {
      assert.deepEqual(baseProblems(manifests, service), []);
    });
});

describe('the overlays', () => {
  for (const overlay of Object.keys(overlays))
    it(`${overlay} is valid and complete`, () => {
      assert.deepEqual(overlayProblems(manifests, overlay), []);
    });
});

describe('observability', () => {
  it('is valid', () => {
    assert.deepEqual(render(join(manifests, 'observability')).flatMap(schemaProblems), []);
  });

  it('is what the overlays scale by: metrics that docs/telemetry.md names', () => {
    const queries = render(join(manifests, 'overlays', 'production'))
      .filter(({ kind }) => kind === 'ScaledObject')
      .flatMap(({ spec }) => spec.triggers.flatMap(({ metadata }) => metadata.query ?? []));
    const text = readFileSync(join(root, 'docs', 'telemetry.md'), 'utf8');
    const documented = [...text.matchAll(/^\| `([a-z_.]+)` +\|/gm)].map((match) =>
      match[1].replaceAll('.', '_'),
    );
    const unknown = queries.filter((query) => !documented.includes(/\((\w+)\{/.exec(query)?.[1]));
    assert.deepEqual([queries.length > 0, unknown], [true, []]);
  });
});

describe('the guide', () => {
  it("shows an overlay of one's own that is valid and complete, with its image, its names and its collector", () => {
    const objects = renderOverlayOfGuide();
    const text = JSON.stringify(objects);
    assert.deepEqual(
      [
        problemsOf(objects, 'production'),
        text.split('"registry.example.com/weft:0.1.0"').length - 1,
        text.includes('"eg"'),
        text.includes('otel-collector'),
      ],
      [[], 11, false, false],
    );
  });

  it('names the feature of Knative that the serverless overlay asks for', () => {
    const asks = render(join(manifests, 'overlays', 'serverless'))
      .filter(({ apiVersion }) => apiVersion.startsWith('serving.knative.dev'))
      .some((object) => JSON.stringify(object).includes('"fieldRef"'));
    assert.equal(readGuide().includes('`kubernetes.podspec-fieldref: enabled`'), asks);
  });
});

describe('the release', () => {
  it('is the one that every container runs', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const images = Object.keys(overlays).flatMap((overlay) =>
      render(join(manifests, 'overlays', overlay))
        .flatMap(({ spec }) => spec?.template?.spec?.containers ?? [])
        .filter(({ name }) => name === 'weft')
        .map(({ image }) => image),
    );
    assert.deepEqual([images.length, [...new Set(images)]], [44, [`weft:${version}`]]);
  });
});

/** What the guide's example renders to, in a folder beside a copy of the manifests. */
function renderOverlayOfGuide() {
  const [, example] = /^```yaml\n# my-weft.*\n([^]*?)^```$/m.exec(readGuide());
  const folder = mkdtempSync(join(tmpdir(), 'weft-k8s-'));
  try {
    cpSync(manifests, join(folder, 'weft', 'k8s'), { recursive: true });
    mkdirSync(join(folder, 'my-weft'));
    writeFileSync(join(folder, 'my-weft', 'kustomization.yaml'), example);
    return render(join(folder, 'my-weft'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
