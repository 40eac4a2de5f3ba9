import { type FakeProvider } from '@weft/fake-provider';
import { type Answer, type Door } from '../door';
import { type ChatOutcome } from './chat-load';
import { listAll } from './post-until-ok';

const settledWithinMs = 90_000;
const pollIntervalMs = 500;

/** What the check of the ledger came to. */
export interface LedgerCheck {
  problems: string[];
  providerCalls: number;
  ledgerRows: number;
  /** Rows of a call that a killed process had announced and the provider never got. */
  rowsWithoutCall: number;
}

/**
 * Holds the ledger against what the provider counted: a row for each call, none lost and none twice, equal in tokens where the answer was
 * read to its end. A process that is killed between announcing a call and making it leaves a row that is marked as failed.
 */
export async function checkLedger(
  door: Door,
  provider: FakeProvider,
  outcomes: ReadonlyMap<string, ChatOutcome>,
): Promise<LedgerCheck> {
  const calls = callsByRequest(provider);
  const rows = await waitForRows(door, calls);
  const byRequest = Map.groupBy(rows, ({ requestId }) => requestId as string);
  const problems = [...doubledRows(rows)];
  let rowsWithoutCall = 0;
  for (const id of outcomes.keys()) {
    const own = byRequest.get(id) ?? [];
    const expected = calls.get(id)?.length ?? 0;
    if (own.length < expected) problems.push(`${id}: ${expected} calls, ${own.length} rows`);
    if (own.length > expected) {
      rowsWithoutCall += own.length - expected;
      if (own.some(({ outcome }) => outcome !== 'CALL_OUTCOME_FAILED'))
        problems.push(`${id}: ${expected} calls, ${own.length} rows, not all of them failed`);
    }
    if (outcomes.get(id) === 'completed') problems.push(...completedProblems(id, own, calls.get(id) ?? []));
  }
  return {
    problems,
    providerCalls: [...calls.values()].flat().length,
    ledgerRows: rows.length,
    rowsWithoutCall,
  };
}

interface ProviderCall {
  promptTokens: number;
  completionTokens: number;
}

function callsByRequest(provider: FakeProvider): Map<string, ProviderCall[]> {
  const calls = provider.requests
    .filter(({ path }) => path.endsWith('/chat/completions'))
    .map(({ body, usage }) => ({ id: lastMessage(body), usage }));
  const groups = Map.groupBy(calls, ({ id }) => id);
  return new Map([...groups].map(([id, group]) => [id, group.map(({ usage }) => usage)]));
}

function lastMessage(body: unknown): string {
  const { messages } = body as { messages: { content: string }[] };
  return messages.at(-1)!.content;
}

/** Runs of killed processes are settled when their lease is over. */
async function waitForRows(door: Door, calls: ReadonlyMap<string, ProviderCall[]>): Promise<Answer[]> {
  const endsAt = performance.now() + settledWithinMs;
  for (;;) {
    const rows = await listAll(
      door,
      'weft.logging.v1.UsageService/ListUsageRecords',
      {},
      ({ records }) => records,
    );
    const counts = Map.groupBy(rows, ({ requestId }) => requestId as string);
    const complete = [...calls].every(([id, own]) => (counts.get(id)?.length ?? 0) >= own.length);
    if (complete || performance.now() > endsAt) return rows;
    await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
  }
}

function doubledRows(rows: readonly Answer[]): string[] {
  const groups = Map.groupBy(rows, ({ runId, attempt }) => `${runId} attempt ${attempt}`);
  return [...groups].filter(([, group]) => group.length > 1).map(([key]) => `${key} is in the ledger twice`);
}

/** An answer that its client has whole has one row, with what the provider counted. */
function completedProblems(id: string, rows: readonly Answer[], calls: readonly ProviderCall[]): string[] {
  const completed = rows.filter(({ outcome }) => outcome === 'CALL_OUTCOME_COMPLETED');
  if (completed.length !== 1) return [`${id}: answered, and ${completed.length} rows say so`];
  const { inputTokens = 0, outputTokens = 0 } = completed[0].usage;
  const equal = calls.some(
    ({ promptTokens, completionTokens }) =>
      Number(inputTokens) === promptTokens && Number(outputTokens) === completionTokens,
  );
  return equal
    ? []
    : [`${id}: billed ${inputTokens} + ${outputTokens} tokens, which is not what the provider counted`];
}
