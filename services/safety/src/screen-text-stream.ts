import { type safety } from '@weft/contracts';
import { invalidField } from '@weft/errors';
import { findingMessage } from './finding-message';
import { type ScreeningStep, StreamScreener } from './screening/stream-screener';
import { type ScreeningPlan } from './screening/screening-plan';

/** A policy's plan for a stream, with what the stream says of it. */
export interface StreamPolicy {
  plan: ScreeningPlan;
  name: string;
  version: number;
}

/**
 * Screens a text as it comes: one response for each request, so that who sends knows of each piece how much
 * may go on. The next request is read when the response to the one before has been taken.
 *
 * Throws INVALID_ARGUMENT when the requests stop without `end`: what is held back then stays unreleased.
 *
 * @param open finds the policy that the first request names
 */
export async function* screenTextStream(
  requests: AsyncIterable<safety.StreamScreenTextRequest>,
  open: (first: safety.StreamScreenTextRequest) => Promise<StreamPolicy>,
): AsyncGenerator<safety.StreamScreenTextResponse, void, undefined> {
  let screener: StreamScreener | undefined;
  for await (const request of requests) {
    let applied = { policy: '', policyVersion: 0 };
    if (screener === undefined) {
      const { plan, name, version } = await open(request);
      screener = new StreamScreener(plan);
      applied = { policy: name, policyVersion: version };
    }
    const step = take(screener, request);
    const end = request.end && !step.blocked;
    yield { ...step, findings: step.findings.map((finding) => findingMessage(finding, 0)), end, ...applied };
    if (end || step.blocked) return;
  }
  throw invalidField('end', 'must be set in the last request; what was held back is not released without it');
}

/** Takes a piece, and the end of the text where it is said. */
function take(screener: StreamScreener, { text, end }: safety.StreamScreenTextRequest): ScreeningStep {
  return end ? screener.end(text) : screener.push(text);
}
