/*
 * Goal: alerts fire when they should and stay silent when they should not, and Prometheus can read every expression that weft asks it.
 * Method: Prometheus' own parser and engine. Each alert has a story in which it must fire and one, close to it, in which it must not.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';
import { askPrometheus, series } from './prometheus.mjs';
import { render, root } from './render.mjs';

const observability = join(root, 'k8s', 'observability');
const { spec } = render(observability).find(({ kind }) => kind === 'PrometheusRule');
const alerts = spec.groups.flatMap(({ rules }) => rules);
const minutes = 40;

const rising = (perMinute) => (minute) => minute * perMinute;
const flat = (value) => () => value;
/** Zero, and from the twentieth minute on one. */
const once = (minute) => (minute < 20 ? 0 : 1);
const all = (stories) => stories.map(([name, valueAt]) => series(name, minutes, valueAt));

const requests = (status) =>
  `http_server_request_duration_seconds_count{namespace="weft",http_route="/v1/chat/completions",http_response_status_code="${status}"}`;
const calls = (code) =>
  `rpc_server_call_duration_seconds_count{namespace="weft",job="llm",rpc_method="m",rpc_response_status_code="${code}"}`;
const providerCalls = (error) =>
  `gen_ai_client_operation_duration_seconds_count{namespace="weft",gen_ai_provider_name="openai"${error ? `,error_type="${error}"` : ''}}`;
const firstTokens = (le) =>
  `gen_ai_server_time_to_first_token_seconds_bucket{namespace="weft",gen_ai_provider_name="openai",le="${le}"}`;
const pool = (state) => `weft_database_pool{namespace="weft",job="llm",weft_database_pool_state="${state}"}`;
const runs = (state) => `weft_runs_total{namespace="weft",weft_run_state="${state}"}`;
const deadLetters =
  'weft_events_dead_letters_total{namespace="weft",messaging_consumer_group_name="logging"}';
const refused = 'weft_outbox_refused_total{namespace="weft",weft_service="orchestrator"}';
const stuck = 'weft_outbox_failures_total{namespace="weft",weft_service="orchestrator"}';
const busy = 'nodejs_eventloop_utilization_ratio{namespace="weft",job="llm",instance="a"}';
const unpriced =
  'weft_usage_unpriced_calls_total{namespace="weft",gen_ai_provider_name="openai",gen_ai_response_model="new"}';
const cost = 'weft_usage_cost_total{namespace="weft",gen_ai_response_model="old",weft_currency="USD"}';

/** What happens, and for how many minutes the alert must wait. */
const stories = {
  WeftRequestErrors: {
    fires: [
      [requests(200), rising(970)],
      [requests(503), rising(30)],
    ],
    silent: [
      [requests(200), rising(990)],
      [requests(503), rising(10)],
      [requests(429), rising(500)],
    ],
  },
  WeftServiceErrors: {
    fires: [
      [calls('OK'), rising(100)],
      [calls('INTERNAL'), rising(6)],
    ],
    silent: [
      [calls('OK'), rising(100)],
      [calls('INTERNAL'), rising(1)],
      [calls('INVALID_ARGUMENT'), rising(50)],
    ],
  },
  WeftFirstTokenSlow: {
    fires: [
      [firstTokens('5'), rising(90)],
      [firstTokens('7.5'), rising(100)],
      [firstTokens('+Inf'), rising(100)],
    ],
    silent: [
      [firstTokens('5'), rising(96)],
      [firstTokens('7.5'), rising(100)],
      [firstTokens('+Inf'), rising(100)],
    ],
  },
  WeftProviderErrors: {
    fires: [
      [providerCalls(), rising(80)],
      [providerCalls('PROVIDER_UNAVAILABLE'), rising(20)],
    ],
    silent: [
      [providerCalls(), rising(80)],
      [providerCalls('CALLER_GONE'), rising(20)],
    ],
  },
  WeftOutboxStuck: {
    fires: [[stuck, rising(1)]],
    silent: [[stuck, once]],
  },
  WeftEventsLost: {
    fires: [
      [deadLetters, once],
      [refused, flat(0)],
    ],
    silent: [
      [deadLetters, flat(3)],
      [refused, flat(0)],
    ],
  },
  WeftDatabasePoolExhausted: {
    fires: [
      [pool('waiting'), flat(11)],
      [pool('used'), flat(10)],
    ],
    silent: [
      [pool('waiting'), flat(10)],
      [pool('used'), flat(100)],
    ],
  },
  WeftRunsLost: {
    fires: [
      [runs('completed'), rising(10)],
      [runs('lost'), once],
    ],
    silent: [
      [runs('completed'), rising(10)],
      [runs('failed'), rising(10)],
      [runs('lost'), flat(2)],
    ],
  },
  WeftEventLoopBusy: {
    fires: [[busy, flat(0.95)]],
    silent: [[busy, (minute) => (minute % 2 === 0 ? 1 : 0.7)]],
  },
  WeftCallsUnpriced: {
    fires: [
      [unpriced, rising(1)],
      [cost, rising(1)],
    ],
    // Where nothing has a price nobody counts costs.
    silent: [
      [unpriced, rising(1)],
      [cost, flat(0)],
    ],
  },
};

/** The longest time in minutes for which an expression yielded the same labels. */
function longestHold(yielded) {
  const held = new Map();
  let longest = -1;
  for (const results of yielded) {
    const now = results.map(({ labels }) => JSON.stringify(labels));
    for (const labels of held.keys()) if (!now.includes(labels)) held.delete(labels);
    for (const labels of now) held.set(labels, (held.get(labels) ?? -1) + 1);
    longest = Math.max(longest, ...held.values());
  }
  return longest;
}

const holdOf = (alert, story) => {
  const evaluations = [{ expression: alert.expr, series: all(story), minutes }];
  return longestHold(askPrometheus({ evaluations }).evaluations[0]);
};
const minutesOf = (duration = '0m') => Number(/^(\d+)m$/.exec(duration)[1]);

describe('the alerts', () => {
  it('can be read by Prometheus, with the texts of their annotations', () => {
    assert.deepEqual(askPrometheus({ rules: stringify({ groups: spec.groups }) }).rules, []);
  });

  it('have a story each', () => {
    assert.deepEqual(
      alerts.map(({ alert }) => alert),
      Object.keys(stories),
    );
  });

  for (const alert of alerts) {
    it(`${alert.alert} fires`, () => {
      assert.ok(holdOf(alert, stories[alert.alert].fires) >= minutesOf(alert.for));
    });

    it(`${alert.alert} stays silent close to it`, () => {
      const hold = holdOf(alert, stories[alert.alert].silent);
      assert.ok(hold < Math.max(minutesOf(alert.for), 0), `it held for ${hold} minutes`);
    });

    it(`${alert.alert} stays silent where nothing is measured yet`, () => {
      assert.equal(holdOf(alert, []), -1);
    });
  }
});

describe('the dashboards', () => {
  const folder = join(observability, 'dashboards');
  const panels = readdirSync(folder).flatMap((file) =>
    JSON.parse(readFileSync(join(folder, file), 'utf8')).panels.map((panel) => ({ file, ...panel })),
  );
  /** As Grafana would ask it, for every namespace and service. */
  const asked = (expression) =>
    expression.replaceAll('$__rate_interval', '5m').replaceAll(/\$(namespace|service)\b/g, '.*');

  it('ask what Prometheus can read', () => {
    const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => asked(expr)));
    const { expressions: problems } = askPrometheus({ expressions });
    assert.deepEqual([expressions.length > 20, problems.filter((problem) => problem !== '')], [true, []]);
  });

  it('say of each panel what it shows, in which unit and from which source', () => {
    const lacking = panels.filter(
      ({ description, fieldConfig, datasource, targets }) =>
        !description ||
        !fieldConfig?.defaults?.unit ||
        [datasource, ...targets.map((target) => target.datasource)].some(
          (source) => source?.uid !== '${datasource}',
        ),
    );
    assert.deepEqual(
      lacking.map(({ file, title }) => `${file}: ${title}`),
      [],
    );
  });

  it('show shares of nothing as nothing, and no failures as none', () => {
    const shares = panels.filter(
      ({ fieldConfig, targets }) =>
        fieldConfig.defaults.unit === 'percentunit' && targets.some(({ expr }) => expr.includes('/')),
    );
    const healthy = all([
      [requests(200), rising(100)],
      ['weft_cache_lookups_total{namespace="weft",weft_cache_result="miss"}', rising(100)],
    ]);
    const expressions = shares.flatMap(({ targets }) => targets.map(({ expr }) => asked(expr)));
    const evaluations = [healthy, []].flatMap((given) =>
      expressions.map((expression) => ({ expression, series: given, minutes })),
    );
    const yielded = askPrometheus({ evaluations }).evaluations.map((each) =>
      each.at(-1).map(({ value }) => value),
    );
    assert.deepEqual(yielded, [...expressions.map(() => [0]), ...expressions.map(() => [])]);
  });
});

describe('the autoscalers', () => {
  const queries = render(join(root, 'k8s', 'overlays', 'production'))
    .filter(({ kind }) => kind === 'ScaledObject')
    .flatMap((object) => object.spec.triggers.flatMap(({ metadata }) => metadata.query ?? []));

  it('ask what Prometheus can read', () => {
    const { expressions: problems } = askPrometheus({ expressions: queries });
    assert.deepEqual([queries.length > 0, problems.filter((problem) => problem !== '')], [true, []]);
  });
});
