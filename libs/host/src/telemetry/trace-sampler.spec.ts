import { ROOT_CONTEXT, SamplingDecision, SpanKind } from '@opentelemetry/api';
import { type SamplerName } from './telemetry-config';
import { traceSampler } from './trace-sampler';

const asked = 10_000;

/** The share of new traces that are recorded. */
function shareOf(name: SamplerName, ratio: number): number {
  const { sampler, recordsNext } = traceSampler(name, ratio);
  let recorded = 0;
  for (let number = 0; number < asked; number += 1) {
    // Ids that are spread evenly, as random ones are.
    const traceId = Math.floor((number / asked) * 0xffff_ffff)
      .toString(16)
      .padStart(8, '0')
      .padEnd(32, '1');
    const { decision } = sampler.shouldSample(ROOT_CONTEXT, traceId, 'work', SpanKind.SERVER, {}, []);
    if (recordsNext?.() !== false && decision === SamplingDecision.RECORD_AND_SAMPLED) recorded += 1;
  }
  return recorded / asked;
}

it.each<[SamplerName, number, number, boolean]>([
  ['parentbased_traceidratio', 0.1, 0.1, true],
  ['parentbased_traceidratio', 0, 0, true],
  ['parentbased_traceidratio', 1, 1, true],
  ['parentbased_always_on', 0.1, 1, true],
  ['parentbased_always_off', 0.1, 0, true],
  ['traceidratio', 0.25, 0.25, false],
  ['always_on', 0.1, 1, false],
  ['always_off', 0.1, 0, false],
])('%s with %d records %d of new traces', (name, ratio, share, followsParent) => {
  // Six standard deviations: chance alone does not come there.
  const tolerance = 6 * Math.sqrt((share * (1 - share)) / asked) + 0.0001;
  expect(Math.abs(shareOf(name, ratio) - share)).toBeLessThanOrEqual(tolerance);
  expect(traceSampler(name, ratio).followsParent).toBe(followsParent);
});
