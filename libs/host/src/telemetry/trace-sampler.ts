import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { type SamplerName } from './telemetry-config';

/** What decides which traces are recorded, and whether it follows what a trace's caller decided. */
export function traceSampler(name: SamplerName, ratio: number): { sampler: Sampler; followsParent: boolean } {
  const followsParent = name.startsWith('parentbased_');
  const root = rootSampler(name.replace('parentbased_', ''), ratio);
  return { sampler: followsParent ? new ParentBasedSampler({ root }) : root, followsParent };
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'always_on') return new AlwaysOnSampler();
  if (name === 'always_off') return new AlwaysOffSampler();
  return new TraceIdRatioBasedSampler(ratio);
}
