import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { type TraceSource } from '@weft/runtime';
import { type SamplerName } from './telemetry-config';

/** What decides which traces are recorded. */
export interface TraceSampling extends Pick<TraceSource, 'followsParent' | 'recordsNext'> {
  /** Decides for what is left to decide. */
  sampler: Sampler;
}

/**
 * By the caller where one decided, else by chance, before anything is made of a trace that nobody records; without `parentbased_` by
 * OpenTelemetry's own samplers, each process for itself.
 */
export function traceSampler(name: SamplerName, ratio: number): TraceSampling {
  if (!name.startsWith('parentbased_')) return { sampler: ownSampler(name, ratio), followsParent: false };
  const share = { parentbased_always_on: 1, parentbased_always_off: 0 }[name as string] ?? ratio;
  return {
    sampler: new AlwaysOnSampler(),
    followsParent: true,
    recordsNext: () => Math.random() < share,
  };
}

function ownSampler(name: SamplerName, ratio: number): Sampler {
  if (name === 'always_on') return new AlwaysOnSampler();
  if (name === 'always_off') return new AlwaysOffSampler();
  return new TraceIdRatioBasedSampler(ratio);
}
