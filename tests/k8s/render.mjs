import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { fetchK8sTools } from '../../tools/repo/fetch-k8s-tools.mjs';

export const root = join(import.meta.dirname, '..', '..');

/** The objects of a kustomization, as kustomize renders them. Throws what kustomize says when it refuses. */
export function render(folder) {
  const text = execFileSync(fetchK8sTools().kustomize, ['build', folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return parseAllDocuments(text).map((document) => document.toJS());
}
