import { type ChannelOptions } from '@grpc/grpc-js';
import { connectionReportOption, type ReportConnectionFailure, watchedPolicy } from './watched-balancer';

/** When a server that answers UNAVAILABLE to most calls is left alone for a while, as long as there is another. */
export interface Ejection {
  /** How often servers are looked at, in milliseconds. Default: 2,000. */
  intervalMs?: number;
  /** How long one is left alone the first time, in milliseconds; longer if it happens again. Default: 5,000. */
  durationMs?: number;
}

const ejectionDurationMsMax = 30_000;

/** A server must have had so many calls in an interval before it is judged; a chance failure is none. */
const callsMin = 5;

/** A server is ejected above this share of failed calls, in percent. */
const failedPercent = 80;

/**
 * Spreads calls over every address of a target, one after the other; leaves out what cannot be reached, and what fails most calls;
 * finds what came back within seconds.
 */
export function balancingOptions(ejection: Ejection, report: ReportConnectionFailure): ChannelOptions {
  return {
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [policy(ejection)] }),
    // What a DNS record says must not change how calls are made.
    'grpc.service_config_disable_resolution': 1,
    // Names of headless services change with every pod; grpc-js asks again when a connection ends, at most this often.
    'grpc.dns_min_time_between_resolutions_ms': 5000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2000,
    // How long an attempt to connect may take; nice-grpc reads it.
    'grpc.min_reconnect_backoff_ms': 5000,
    // Services are within reach: a proxy for the way out must not see their calls.
    'grpc.enable_http_proxy': 0,
    [connectionReportOption]: report,
  };
}

function policy({ intervalMs = 2000, durationMs = 5000 }: Ejection): object {
  const outlierDetection = {
    interval: duration(intervalMs),
    base_ejection_time: duration(durationMs),
    max_ejection_time: duration(Math.max(durationMs, ejectionDurationMsMax)),
    max_ejection_percent: 50,
    failure_percentage_ejection: {
      threshold: failedPercent,
      enforcement_percentage: 100,
      minimum_hosts: 2,
      request_volume: callsMin,
    },
    child_policy: [{ round_robin: {} }],
  };
  return { [watchedPolicy]: { child_policy: [{ outlier_detection: outlierDetection }] } };
}

/** The form that grpc-js's outlier detection reads, which is not that of JSON. */
function duration(milliseconds: number): { seconds: number; nanos: number } {
  return { seconds: Math.floor(milliseconds / 1000), nanos: (milliseconds % 1000) * 1e6 };
}
