import { type ReceivedSignals } from './otlp-receiver';

/** What telemetry should tell, and what it told. */
export interface ToldSignals {
  /** How many chats were answered. */
  answered: number;
  /** How many of them `/metrics` counted. */
  measuredChats: number;
  received: ReceivedSignals;
}

/** Default sampling records a tenth; so far off it is no chance. */
const sampledShare = { min: 0.07, max: 0.13 };
/** Of fewer answers the share says nothing. */
const answersMin = 1000;

/** Looks whether telemetry worked while its cost was measured: what is not there costs nothing. Answers in words. */
export function signalProblems({ answered, measuredChats, received }: ToldSignals): string[] {
  const { edgeSpans, durationMetrics } = received;
  const share = edgeSpans / answered;
  const sampled =
    answered < answersMin ? edgeSpans > 0 : share >= sampledShare.min && share <= sampledShare.max;
  const claims: [boolean, string][] = [
    [measuredChats === answered, `${answered} chats were answered, and /metrics counted ${measuredChats}`],
    [sampled, `${edgeSpans} of ${answered} chats arrived as spans, and a tenth should have`],
    [durationMetrics > 0, 'no metric of the HTTP door arrived over OTLP'],
  ];
  return claims.flatMap(([holds, otherwise]) => (holds ? [] : [otherwise]));
}
