import { logging } from '@weft/contracts';
import { invalidField, WeftError } from '@weft/errors';
import { openPage, type RpcContext } from '@weft/rpc';

import { type CallOutcome, type Grouping, type LedgerKey, type LedgerRow, type UsageLedger } from './ledger';
import { usageRange } from './usage-range';

/** The most sums of one answer: what fits well into a message. */
const sumsMax = 10_000;

/** The handlers of `weft.logging.v1.UsageService`. */
export function createUsageHandler(ledger: UsageLedger) {
  return {
    async queryUsage(request: logging.QueryUsageRequest, context: RpcContext) {
      const { tenantId } = context.caller.identity;
      const range = usageRange(request, new Date());
      const grouping = groupingOf(request.groupBy);
      const sums = await ledger.sum(tenantId, { ...range, grouping, limit: sumsMax + 1 });
      if (sums.length > sumsMax) {
        const message = `The answer has more than ${sumsMax} sums. Choose a shorter range, a wider interval or fewer dimensions.`;
        throw new WeftError('RESOURCE_EXHAUSTED', 'TOO_MANY_SUMS', message);
      }
      return { sums };
    },

    async listUsageRecords(request: logging.ListUsageRecordsRequest, context: RpcContext) {
      const { tenantId } = context.caller.identity;
      const page = openPage(request, { list: `usage-records:${request.requestId}`, tenantId });
      const after = page.after && keyOf(page.after);
      const rows = await ledger.list(tenantId, request.requestId, { after, limit: page.limit });
      const { items, nextPageToken } = page.close(rows, ({ startTime, runId, attempt }) => [
        startTime.getTime(),
        runId,
        attempt,
      ]);
      return { records: items.map(toMessage), nextPageToken };
    },
  };
}

function groupingOf(dimensions: readonly logging.Dimension[]): Grouping {
  const { API_KEY, MODEL, ASSISTANT } = logging.Dimension;
  const known = new Set<logging.Dimension>([API_KEY, MODEL, ASSISTANT]);
  for (const [index, dimension] of dimensions.entries()) {
    if (!known.has(dimension)) throw invalidField(`group_by[${index}]`, `${dimension} is not a dimension`);
  }
  return {
    apiKey: dimensions.includes(API_KEY),
    model: dimensions.includes(MODEL),
    assistant: dimensions.includes(ASSISTANT),
  };
}

/** Reads back what `listUsageRecords` wrote into a token. */
function keyOf([startTime, runId, attempt]: unknown[]): LedgerKey {
  return { startTime: new Date(startTime as number), runId: runId as string, attempt: attempt as number };
}

const outcomes: Record<CallOutcome, logging.CallOutcome> = {
  completed: logging.CallOutcome.COMPLETED,
  failed: logging.CallOutcome.FAILED,
  cancelled: logging.CallOutcome.CANCELLED,
  '': logging.CallOutcome.UNSPECIFIED,
};

function toMessage({ tenantId: _, outcome, ...row }: LedgerRow): logging.UsageRecord {
  return { ...row, outcome: outcomes[outcome] };
}
