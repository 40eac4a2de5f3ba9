import { type common, safety } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { type ChatRun, stepCall } from './chat-run';

/**
 * Screens every message of the request; what goes on is what the policy left of it.
 *
 * @throws WeftError PERMISSION_DENIED `CONTENT_BLOCKED` when the policy refuses the input
 */
export function screenInput(run: ChatRun): Promise<common.Message[]> {
  const { request, trace, target, peers } = run;
  return trace.step('screen_input', async (attributes) => {
    const policy = target.assistant?.spec?.safetyPolicy ?? '';
    const verdict = await peers
      .client(safety.SafetyServiceDefinition)
      .screenText(
        { policy, direction: safety.Direction.INPUT, texts: request.messages.map(({ content }) => content) },
        stepCall(run),
      );
    trace.policy = `${verdict.policy}@${verdict.policyVersion}`;
    trace.findingCount += verdict.findings.length;
    attributes['policy'] = trace.policy;
    attributes['findings'] = String(verdict.findings.length);
    if (verdict.blocked) throw contentBlocked(trace.policy, verdict.findings);
    return request.messages.map((message, index) => ({ ...message, content: verdict.texts[index]! }));
  });
}

function contentBlocked(policy: string, findings: safety.Finding[]): WeftError {
  const blocking = findings.find(({ action }) => action === safety.Action.BLOCK);
  const where = blocking === undefined ? 'messages' : `messages[${blocking.textIndex}].content`;
  return new WeftError(
    'PERMISSION_DENIED',
    'CONTENT_BLOCKED',
    `${where}: the safety policy ${policy} refuses this input.`,
    {
      metadata: { policy },
      violations: [{ field: where, description: `is refused by the safety policy ${policy}` }],
    },
  );
}
