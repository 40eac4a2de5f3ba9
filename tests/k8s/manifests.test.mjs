/*
 * Goal: every overlay and every base is what a cluster would take, and says of weft what its source says.
 * Method: kustomize renders them; each object is held against the schema of its kind, and all of them against facts read from the source.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { asleep, baseProblems, basesOf, overlayProblems, overlays } from './checks.mjs';
import { root } from './render.mjs';
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
