import { type Money } from './money';

/** How a model call ended. */
export type CallOutcome = 'completed' | 'failed' | 'cancelled' | '';

/** Token counts of one or more model calls. */
export interface TokenCounts {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens: number;
  reasoningTokens: number;
  estimated: boolean;
}

/** One model call. Run and attempt are unique. */
export interface LedgerRow {
  tenantId: string;
  runId: string;
  attempt: number;
  requestId: string;
  apiKeyId: string;
  model: string;
  provider: string;
  assistant: string;
  usage: TokenCounts;
  outcome: CallOutcome;
  startTime: Date;
  endTime: Date;
  /** By the prices that were set when the row was written; undefined when the model had none. */
  cost: Money | undefined;
}

/** The sort key of a row in a list, newest first. */
export type LedgerKey = Pick<LedgerRow, 'startTime' | 'runId' | 'attempt'>;

/** What sums are kept apart by. */
export interface Grouping {
  apiKey: boolean;
  model: boolean;
  assistant: boolean;
}

/** Which calls to sum, by when they began. */
export interface UsageQuery {
  /** Inclusive. */
  start: Date;
  /** Exclusive. */
  end: Date;
  /** The width of an interval, aligned to UTC; undefined makes one of all. */
  widthSeconds: number | undefined;
  grouping: Grouping;
  /** The most sums to answer with. */
  limit: number;
}

/** A sum over the calls of one interval. What it is not kept apart by is empty. */
export interface UsageSum {
  startTime: Date;
  apiKeyId: string;
  model: string;
  assistant: string;
  calls: number;
  usage: TokenCounts;
  /** One for each currency, without the calls that have no price. */
  costs: Money[];
  unpricedCalls: number;
}

/** Reads the ledger. */
export interface UsageLedger {
  /** Sums calls, by time and then by what the sums are kept apart by. */
  sum(tenantId: string, query: UsageQuery): Promise<UsageSum[]>;
  /** Lists calls, newest first, after a key; of one request if it is not empty. */
  list(
    tenantId: string,
    requestId: string,
    page: { after: LedgerKey | undefined; limit: number },
  ): Promise<LedgerRow[]>;
}
