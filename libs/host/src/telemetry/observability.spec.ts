import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allMetrics, metrics, silentLogger } from '@weft/runtime';
import { startTelemetry, type Telemetry } from './start-telemetry';
import { loadTelemetryConfig } from './telemetry-config';

/*
 * Goal: alerts, dashboards and autoscalers ask for nothing that is not there, and docs/telemetry.md tells of everything that is.
 * Method: everything is measured once, with all its labels, and read from the real GET /metrics; the names in each file are looked for there.
 */

const repository = join(__dirname, '..', '..', '..', '..');
const observability = join(repository, 'k8s', 'observability');
const runbooks = join(repository, 'docs', 'runbooks');
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

const alerts = read(observability, 'alerts.yaml');
const files = [
  ['alerts.yaml', alerts],
  ['scaled-objects.yaml', read(repository, 'k8s', 'components', 'scaling', 'scaled-objects.yaml')],
  ...readdirSync(join(observability, 'dashboards')).map((name) => [
    name,
    read(observability, 'dashboards', name),
  ]),
] as [string, string][];

let telemetry: Telemetry;
let types: Map<string, string>;
let series: Set<string>;
let labels: Set<string>;

beforeAll(async () => {
  const config = loadTelemetryConfig({ WEFT_METRICS_ADDRESS: '127.0.0.1:0' });
  telemetry = await startTelemetry({ config, serviceName: 'test', logger: silentLogger });
  const end = metrics.databasePool.observe(() => [
    { value: 1, labels: { 'weft.database.pool.state': 'used' } },
  ]);
  for (const metric of allMetrics) {
    const all = Object.fromEntries(metric.labels.map((label) => [label, 'x']));
    if (metric.kind === 'histogram') metric.record(1, all);
    else if (metric.kind !== 'gauge') metric.add(1, all);
  }
  const text = await (await fetch(`http://127.0.0.1:${telemetry.metricsPort}/metrics`)).text();
  end();
  types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
  series = new Set([...text.matchAll(/^([a-z0-9_]+)[{ ]/gm)].map(([, name]) => name!));
  labels = new Set([...text.matchAll(/[{,]([a-z0-9_]+)="/g)].map(([, name]) => name!));
});
afterAll(() => telemetry.stop());

/** Prometheus' expressions of a file, and what choices of a dashboard are taken from. */
function expressionsOf(text: string): string[] {
  const inJson = [...text.matchAll(/"(?:expr": "|query": "label_values)((?:[^"\\]|\\.)*)"/g)].map(
    ([, expression]) => expression!,
  );
  const inYaml = [...text.matchAll(/ (?:expr|query): (\|\n(?: {12}.*\n)+|.*\n)/g)].map(
    ([, expression]) => expression!,
  );
  return [...inJson, ...inYaml];
}

/** Names that belong to weft in an expression: of metrics, and of labels. */
function namesIn(expression: string): string[] {
  return expression.match(/\b(?:http|rpc|gen_ai|weft|process|v8js|nodejs|messaging|error)_[a-z0-9_]+/g) ?? [];
}

it.each(files)('%s asks for metrics and labels that there are, and no others', (_name, text) => {
  const asked = expressionsOf(text).flatMap(namesIn);
  expect(asked.length).toBeGreaterThan(2);
  expect(asked.filter((name) => !series.has(name) && !labels.has(name))).toEqual([]);
});

it.each(files)('%s asks for at least one metric in each expression', (_name, text) => {
  const empty = expressionsOf(text).filter(
    (expression) => !namesIn(expression).some((name) => series.has(name)),
  );
  expect(empty).toEqual([]);
});

it('every metric is served with the labels that it declares', () => {
  const missing = allMetrics.filter(
    ({ labels: declared }) => !declared.every((label) => labels.has(label.replaceAll('.', '_'))),
  );
  expect(missing).toEqual([]);
});

/** What OpenTelemetry's rules for Prometheus put behind a name. Annotations in braces are no unit; only gauges are ratios. */
const endings: Record<string, string> = { s: '_seconds', By: '_bytes', '1': '_ratio' };
const typesOfKinds = { histogram: 'histogram', counter: 'counter', sum: 'gauge', gauge: 'gauge' };

it.each(allMetrics.map((metric) => [metric.name, metric] as const))(
  '%s is served as the standard translation of its name, unit and kind, and in docs/telemetry.md',
  (name, { unit, kind }) => {
    const ending = unit.startsWith('{') ? '' : endings[unit];
    const expected = `${name.replaceAll('.', '_')}${ending}${kind === 'counter' ? '_total' : ''}`;
    const parts = kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    expect({
      type: types.get(expected),
      missing: parts.filter((part) => !series.has(`${expected}${part}`)),
      told: rowOf(name)?.includes('`' + expected + '`'),
    }).toEqual({ type: typesOfKinds[kind], missing: [], told: true });
  },
);

it('serves nothing else, but for what it says of the process', () => {
  expect([...types.keys()].filter((name) => name !== 'target_info')).toHaveLength(allMetrics.length);
});

it('every alert has a runbook, and every runbook an alert', () => {
  const linked = [...alerts.matchAll(/runbook: docs\/runbooks\/(\S+)/g)].map(([, name]) => name!);
  expect([...linked].sort()).toEqual(readdirSync(runbooks).sort());
  expect(linked).toHaveLength(alerts.match(/- alert: /g)!.length);
});

it.each(allMetrics.map((metric) => [metric.name, metric] as const))(
  'docs/telemetry.md tells of %s, its unit and its labels',
  (name, { unit, labels: declared }) => {
    const row = rowOf(name);
    expect(
      ['`' + unit + '`', ...declared.map((label) => '`' + label + '`')].filter(
        (word) => !row?.includes(word),
      ),
    ).toEqual([]);
  },
);

function rowOf(metric: string): string | undefined {
  return read(repository, 'docs', 'telemetry.md')
    .split('\n')
    .find((line) => line.startsWith(`| \`${metric}\``));
}

it('no metric is kept apart by who asks or by single requests', () => {
  const personal = /tenant|key|user|request[._]id|run[._]id|principal|conversation/;
  expect(allMetrics.flatMap((metric) => metric.labels).filter((label) => personal.test(label))).toEqual([]);
});
