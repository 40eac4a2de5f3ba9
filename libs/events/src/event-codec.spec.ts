import { events } from '@weft/contracts';

import { createEvent, decodeEvent } from './event-codec';

const payload = { apiKeyId: 'key-1', createdBy: 'key-0', scopes: ['chat:write'] };

describe('createEvent', () => {
  it('makes an event that decodes to its payload', () => {
    const event = createEvent('weft.gateway.api_key_created.v1', 'acme', events.ApiKeyCreated, payload);
    expect(decodeEvent(events.ApiKeyCreated, event)).toEqual(payload);
  });

  it('gives every event an id of its own', () => {
    const ids = Array.from(
      { length: 3 },
      () => createEvent('weft.x.y.v1', 'acme', events.ApiKeyCreated, payload).id,
    );
    expect(new Set(ids).size).toBe(3);
  });

  it('keeps the id and the time that it is given', () => {
    const eventTime = new Date('2026-01-02T03:04:05Z');
    const event = createEvent('weft.x.y.v1', 'acme', events.ApiKeyCreated, payload, {
      id: 'run-1',
      eventTime,
    });
    expect([event.id, event.eventTime]).toEqual(['run-1', eventTime]);
  });
});

describe('decodeEvent', () => {
  it('raises INTERNAL BAD_EVENT for a payload that is no message', () => {
    const event = {
      ...createEvent('weft.x.y.v1', 'acme', events.ApiKeyCreated, payload),
      payload: Buffer.from([0xff]),
    };
    expect(() => decodeEvent(events.ApiKeyCreated, event)).toThrow(
      expect.objectContaining({ reason: 'BAD_EVENT' }),
    );
  });
});
