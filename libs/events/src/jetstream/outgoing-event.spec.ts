import { events } from '@weft/contracts';

import { headersBytesMax, outgoingEvent } from './outgoing-event';

const event: events.EventEnvelope = {
  id: 'event-1',
  subject: 'weft.prompt.created.v1',
  tenantId: 'acme',
  eventTime: new Date('2026-01-01T00:00:00Z'),
  payload: Buffer.from([1, 2]),
};

describe('outgoingEvent', () => {
  it('goes under the namespace and holds the whole envelope', () => {
    const { wireSubject, payload } = outgoingEvent('blue', event, 1_000_000);
    expect([wireSubject, events.EventEnvelope.decode(payload)]).toEqual(['blue.prompt.created.v1', event]);
  });

  it.each([
    [0, 'taken'],
    [1, 'EVENT_TOO_LARGE'],
  ])('is, %i bytes beyond what fits beside the headers, %s', (beyond, expected) => {
    const size = events.EventEnvelope.encode(event).finish().length;
    let outcome = 'taken';
    try {
      outgoingEvent('weft', event, size + headersBytesMax - beyond);
    } catch (error) {
      outcome = (error as { reason: string }).reason;
    }
    expect(outcome).toBe(expected);
  });

  it('tells the id, the size and the limit of an event that is too large', () => {
    expect(() => outgoingEvent('weft', { ...event, payload: Buffer.alloc(6000) }, 10_000)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        metadata: { event: 'event-1', size_bytes: '6050', size_bytes_max: '5904' },
      }),
    );
  });

  it.each(['', 'a b', 'a\nb', 'ä', 'a'.repeat(256)])('refuses the id "%s"', (id) => {
    expect(() => outgoingEvent('weft', { ...event, id }, 1_000_000)).toThrow(
      expect.objectContaining({ reason: 'EVENT_INVALID' }),
    );
  });
});
