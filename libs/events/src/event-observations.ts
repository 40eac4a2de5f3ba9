import { type events } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { metrics, openChildSpan, type TraceSpan } from '@weft/runtime';

/** One attempt of a consumer at a batch as telemetry sees it: a span in the trace of each event, and how many were handled. */
export class EventObservations {
  private constructor(
    private readonly consumer: string,
    /** The events as the handler gets them: their traces go on with the attempt. */
    readonly events: events.EventEnvelope[],
    private readonly spans: readonly TraceSpan[],
  ) {}

  static begin(consumer: string, batch: readonly events.EventEnvelope[]): EventObservations {
    const spans: TraceSpan[] = [];
    const handed = batch.map((event) => {
      const span = openChildSpan(`process ${event.subject}`, 'consumer', event.traceparent, {
        'messaging.system': 'weft',
        'messaging.operation.type': 'process',
        'messaging.operation.name': 'process',
        'messaging.destination.name': event.subject,
        'messaging.consumer.group.name': consumer,
        'messaging.message.id': event.id,
      });
      if (span === undefined) return event;
      spans.push(span);
      return { ...event, traceparent: span.traceparent };
    });
    return new EventObservations(consumer, handed, spans);
  }

  handled(): void {
    metrics.eventsHandled.add(this.events.length, { 'messaging.consumer.group.name': this.consumer });
    for (const span of this.spans) span.end();
  }

  failed(error: unknown): void {
    const reason = error instanceof WeftError ? error.reason : 'INTERNAL';
    for (const span of this.spans) span.end(reason);
  }
}
