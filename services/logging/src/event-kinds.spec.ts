import { createEvent } from '@weft/events';
import { contractRegistry } from '@weft/rpc';

import { traceOf } from './event-kinds';
import { PriceList } from './price-list';

/** The subjects of all events, from the contracts: `retrieval_events.proto` holds the messages of `weft.retrieval.<event>.v1`. */
function eventSubjects(): string[] {
  const messages = [...contractRegistry()].filter((descriptor) => descriptor.kind === 'message');
  const parts = new Set(
    messages.flatMap(({ fields }) => fields.flatMap((field) => field.message?.typeName ?? [])),
  );
  return messages
    .filter(({ typeName }) => typeName.startsWith('weft.events.v1.') && !parts.has(typeName))
    .flatMap(({ name, file }) => {
      const domain = /events\/v1\/([a-z]+)_events$/.exec(file.name)?.[1];
      return domain === undefined ? [] : [`weft.${domain}.${snakeCase(name)}.v1`];
    });
}

const snakeCase = (name: string) =>
  name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

const nothing = { encode: () => ({ finish: () => new Uint8Array(0) }), decode: () => undefined };

const noPrices = new PriceList({ currencyCode: 'USD', models: {} });

describe('what is kept of events', () => {
  it.each(eventSubjects())('knows %s', (subject) => {
    const { record } = traceOf(createEvent(subject, 'acme', nothing, undefined), noPrices);
    expect(Object.keys(record.detail)).not.toHaveLength(0);
  });

  it('finds the events of the contracts', () => {
    expect(eventSubjects()).toEqual(
      expect.arrayContaining([
        'weft.orchestrator.run_finished.v1',
        'weft.retrieval.ingestion_finished.v1',
        'weft.gateway.api_key_created.v1',
      ]),
    );
  });

  it('keeps of an unknown event that it happened', () => {
    const { record } = traceOf(createEvent('weft.memory.dreamt.v1', 'acme', nothing, undefined), noPrices);
    expect([record.subject, record.detail]).toEqual(['weft.memory.dreamt.v1', {}]);
  });
});
