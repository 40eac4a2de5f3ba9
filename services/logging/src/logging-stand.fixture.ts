import { type common, events, logging } from '@weft/contracts';
import { createEvent, createInProcessEventBus } from '@weft/events';
import { newId, silentLogger } from '@weft/runtime';
import { startTestService, type TestClient, type TestService } from '@weft/testing';

import { loggingService } from './service';

/** A logging service on a database of its own, and the bus that it listens to. */
export interface LoggingStand {
  readonly service: TestService;
  publish(events: events.EventEnvelope[]): Promise<void>;
  /** The ids of the events that were given up. */
  readonly deadLetters: string[];
  /** A tenant of its own for each test. */
  newTenant(): TestTenant;
}

export interface TestTenant {
  tenantId: string;
  usage: TestClient<logging.UsageServiceDefinition>;
  records: TestClient<logging.RecordServiceDefinition>;
}

/** A stand for the tests of a file: open while they run. */
export function useLoggingStand(env: Record<string, string> = {}): LoggingStand {
  // A database takes a second to open, and more on a busy machine.
  jest.setTimeout(30_000);
  const deadLetters: string[] = [];
  const bus = createInProcessEventBus({
    logger: silentLogger,
    retryDelayMs: 1,
    onDeadLetter: ({ id }) => deadLetters.push(id),
  });
  let service: TestService;
  let tenants = 0;
  beforeAll(async () => {
    service = await startTestService(loggingService, { events: bus, env });
  });
  afterAll(() => service.stop());
  return {
    get service() {
      return service;
    },
    deadLetters,
    publish: (batch) => bus.publish(batch),
    newTenant() {
      const tenantId = `tenant-${++tenants}`;
      return {
        tenantId,
        usage: service.client(logging.UsageServiceDefinition, { tenantId }),
        records: service.client(logging.RecordServiceDefinition, { tenantId }),
      };
    },
  };
}

export type CallInput = Partial<Omit<events.ModelCall, 'usage'>> & { usage?: Partial<common.Usage> };
export type RunInput = Partial<Omit<events.RunFinished, 'calls'>> & { calls?: CallInput[] };

/** The event of a run's end: one call of a small model on the first of March 2026, unless told. */
export function runFinished(
  tenantId: string,
  run: RunInput = {},
  envelope: { id?: string; eventTime?: Date } = {},
): events.EventEnvelope {
  const at = new Date('2026-03-01T10:00:00.123Z');
  const calls = (run.calls ?? [{}]).map((call, index) => ({
    attempt: index + 1,
    model: 'small',
    provider: 'openai',
    outcome: 'completed',
    startTime: at,
    endTime: at,
    ...call,
    usage: { inputTokens: 10, outputTokens: 5, ...call.usage },
  }));
  const message = events.RunFinished.fromPartial({
    runId: newId(),
    requestId: 'request',
    apiKeyId: 'key',
    state: 'completed',
    ...run,
    calls,
  });
  return createEvent('weft.orchestrator.run_finished.v1', tenantId, events.RunFinished, message, envelope);
}

/** Reads a list to its end. */
export async function everyPage<Item>(
  list: (pageToken: string) => Promise<{ items: Item[]; nextPageToken: string }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let pageToken = '';
  do {
    const { items, nextPageToken } = await list(pageToken);
    all.push(...items);
    pageToken = nextPageToken;
  } while (pageToken !== '');
  return all;
}

/** All of March 2026, as one interval unless told. */
export function range(more: Partial<logging.QueryUsageRequest> = {}) {
  return { startTime: new Date('2026-03-01T00:00:00Z'), endTime: new Date('2026-04-01T00:00:00Z'), ...more };
}
