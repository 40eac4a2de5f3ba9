import { type NamedMetric, prometheusName } from './prometheus-names';

it.each<[string, string, NamedMetric['kind'], string]>([
  ['http.server.request.duration', 's', 'histogram', 'http_server_request_duration_seconds'],
  ['process.memory.usage', 'By', 'gauge', 'process_memory_usage_bytes'],
  ['weft.runs', '{run}', 'counter', 'weft_runs_total'],
  ['weft.streams.active', '{stream}', 'sum', 'weft_streams_active'],
  ['nodejs.eventloop.utilization', '1', 'gauge', 'nodejs_eventloop_utilization_ratio'],
  // A count has no ratio, though its unit is 1.
  ['requests', '1', 'counter', 'requests_total'],
  ['requests', '1', 'sum', 'requests'],
  // What a name says already is not said twice, and the kind stands at its end.
  ['cpu.seconds', 's', 'gauge', 'cpu_seconds'],
  ['total.sent', 'By', 'counter', 'sent_bytes_total'],
  ['ratio.hit', '1', 'gauge', 'hit_ratio'],
  ['network.speed', 'By/s', 'gauge', 'network_speed_bytes_per_second'],
  ['calls.speed', '{call}/min', 'gauge', 'calls_speed_per_min'],
  ['tokens.speed', 'By/{call}', 'gauge', 'tokens_speed_bytes'],
  // What nobody has a word for stays as it is.
  ['spent', 'USD', 'counter', 'spent_USD_total'],
  ['odd..name-here', '%', 'gauge', 'odd_name_here_percent'],
  ['95.percentile', 'ms', 'gauge', '_95_percentile_milliseconds'],
])('%s in %s, a %s, is %s', (name, unit, kind, expected) => {
  expect(prometheusName({ name, unit, kind })).toBe(expected);
});
