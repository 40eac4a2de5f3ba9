import { type Database } from '@weft/postgres';

import {
  type CallOutcome,
  type LedgerKey,
  type LedgerRow,
  type TokenCounts,
  type UsageLedger,
  type UsageQuery,
  type UsageSum,
} from './ledger';
import { parseMoney } from './money';

interface UsageColumns {
  input_tokens: number;
  output_tokens: number;
  cached_input_tokens: number;
  reasoning_tokens: number;
  estimated: boolean;
}

interface SumRow extends UsageColumns {
  interval_start: Date;
  api_key_id: string;
  model: string;
  assistant: string;
  calls: number;
  /** Currency and amount. */
  costs: [string, string][];
  unpriced_calls: number;
}

interface CallRow extends UsageColumns {
  tenant_id: string;
  run_id: string;
  attempt: number;
  request_id: string;
  api_key_id: string;
  model: string;
  provider: string;
  assistant: string;
  outcome: CallOutcome;
  start_time: Date;
  end_time: Date;
  cost: string | null;
  currency_code: string;
}

/** By currency first: amounts of two make no sum. */
const sumCalls = `
  with by_currency as (
    select
      case when $4::integer is null then $2::timestamptz
        else date_bin(make_interval(secs => $4::integer), start_time, timestamptz '1970-01-01 00:00:00+00') end as interval_start,
      case when $5::boolean then api_key_id else '' end as api_key_id,
      case when $6::boolean then model else '' end as model,
      case when $7::boolean then assistant else '' end as assistant,
      currency_code,
      sum(cost) as cost,
      count(*) as calls,
      sum(input_tokens) as input_tokens,
      sum(output_tokens) as output_tokens,
      sum(cached_input_tokens) as cached_input_tokens,
      sum(reasoning_tokens) as reasoning_tokens,
      bool_or(estimated) as estimated
    from usage_ledger
    where tenant_id = $1 and start_time >= $2::timestamptz and start_time < $3::timestamptz
    group by 1, 2, 3, 4, 5)
  select interval_start, api_key_id, model, assistant,
    coalesce(jsonb_agg(jsonb_build_array(currency_code, cost::text) order by currency_code) filter (where cost is not null), '[]') as costs,
    coalesce(sum(calls) filter (where cost is null), 0)::bigint as unpriced_calls,
    sum(calls)::bigint as calls,
    sum(input_tokens)::bigint as input_tokens,
    sum(output_tokens)::bigint as output_tokens,
    sum(cached_input_tokens)::bigint as cached_input_tokens,
    sum(reasoning_tokens)::bigint as reasoning_tokens,
    bool_or(estimated) as estimated
  from by_currency
  group by 1, 2, 3, 4
  order by 1, 2, 3, 4
  limit $8`;

/** Reads the ledger from PostgreSQL. */
export class PostgresUsageLedger implements UsageLedger {
  constructor(private readonly database: Database) {}

  async sum(
    tenantId: string,
    { start, end, widthSeconds, grouping, limit }: UsageQuery,
  ): Promise<UsageSum[]> {
    const { apiKey, model, assistant } = grouping;
    const values = [tenantId, start, end, widthSeconds ?? null, apiKey, model, assistant, limit];
    const rows = await this.database.query<SumRow>(tenantId, sumCalls, values);
    return rows.map((row) => ({
      startTime: row.interval_start,
      apiKeyId: row.api_key_id,
      model: row.model,
      assistant: row.assistant,
      calls: row.calls,
      usage: toUsage(row),
      costs: row.costs.map(([currencyCode, amount]) => parseMoney(currencyCode, amount)),
      unpricedCalls: row.unpriced_calls,
    }));
  }

  async list(
    tenantId: string,
    requestId: string,
    { after, limit }: { after: LedgerKey | undefined; limit: number },
  ): Promise<LedgerRow[]> {
    const conditions = ['tenant_id = $1'];
    const values: unknown[] = [tenantId, limit];
    const add = (condition: (...places: string[]) => string, ...given: unknown[]) =>
      conditions.push(condition(...given.map((value) => `$${values.push(value)}`)));
    if (requestId !== '') add((request) => `request_id = ${request}`, requestId);
    if (after) {
      add(
        (time, run, attempt) =>
          `(start_time, run_id, attempt) < (${time}::timestamptz, ${run}::text, ${attempt}::integer)`,
        after.startTime,
        after.runId,
        after.attempt,
      );
    }
    const rows = await this.database.query<CallRow>(
      tenantId,
      `select *, cost::text as cost from usage_ledger where ${conditions.join(' and ')} order by start_time desc, run_id desc, attempt desc limit $2`,
      values,
    );
    return rows.map(toLedgerRow);
  }
}

function toLedgerRow(row: CallRow): LedgerRow {
  return {
    tenantId: row.tenant_id,
    runId: row.run_id,
    attempt: row.attempt,
    requestId: row.request_id,
    apiKeyId: row.api_key_id,
    model: row.model,
    provider: row.provider,
    assistant: row.assistant,
    usage: toUsage(row),
    outcome: row.outcome,
    startTime: row.start_time,
    endTime: row.end_time,
    cost: row.cost === null ? undefined : parseMoney(row.currency_code, row.cost),
  };
}

function toUsage(row: UsageColumns): TokenCounts {
  return {
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    cachedInputTokens: row.cached_input_tokens,
    reasoningTokens: row.reasoning_tokens,
    estimated: row.estimated,
  };
}
