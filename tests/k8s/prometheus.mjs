import { execFileSync } from 'node:child_process';
import { fetchPromql } from '../../tools/repo/fetch-promql.mjs';

/**
 * Asks Prometheus' parser and engine; see promql/main.go.
 *
 * @returns what is wrong with each of `expressions` and with `rules`, and what each of `evaluations` yields, minute by minute
 */
export function askPrometheus({ expressions = [], rules = '', evaluations = [] }) {
  const question = JSON.stringify({ expressions, rules, evaluations });
  return JSON.parse(execFileSync(fetchPromql(), { input: question, encoding: 'utf8' }));
}

/** A series with a value each minute: what `valueAt` says for minutes from 0; null where there is none. */
export function series(name, minutes, valueAt) {
  return { name, values: Array.from({ length: minutes }, (_, minute) => valueAt(minute)) };
}
