/**
 * The parts of weft's answers that this command shows, as canonical proto3 JSON has them: fields that hold their default are left
 * out, timestamps are RFC 3339 text, durations are text such as `1.5s`, 64-bit integers are text, enums are the names of their values.
 */

export interface ErrorStatusJson {
  reason?: string;
  message?: string;
}

export interface ApiKeyJson {
  id?: string;
  tenantId?: string;
  displayName?: string;
  prefix?: string;
  scopes?: string[];
  requestsPerMinute?: number;
  createTime?: string;
  expireTime?: string;
  revokeTime?: string;
}

export interface CollectionJson {
  name?: string;
  description?: string;
  embeddingModel?: string;
  documentCount?: number;
  chunkCount?: number;
  updateTime?: string;
}

export interface AssistantJson {
  name?: string;
  version?: number;
  updateTime?: string;
  spec?: { model?: string; description?: string; retrieval?: { collections?: string[] } };
}

export interface DocumentJson {
  id?: string;
  uri?: string;
  title?: string;
  mediaType?: string;
  contentHash?: string;
  sizeBytes?: string;
  state?: string;
  chunkCount?: number;
  error?: ErrorStatusJson;
  updateTime?: string;
}

export interface IngestResultJson {
  document?: DocumentJson;
  outcome?: string;
}

export interface IngestionJson {
  id?: string;
  collection?: string;
  state?: string;
  documentCount?: number;
  failed?: number;
  pending?: number;
  createTime?: string;
}

export interface PassageJson {
  number?: number;
  uri?: string;
  title?: string;
  headings?: string[];
  text?: string;
  startOffset?: number;
  endOffset?: number;
}

export interface UsageJson {
  inputTokens?: string;
  outputTokens?: string;
  estimated?: boolean;
}

export interface MoneyJson {
  currencyCode?: string;
  units?: string;
  nanos?: number;
}

export interface UsageSumJson {
  startTime?: string;
  apiKeyId?: string;
  model?: string;
  assistant?: string;
  calls?: string;
  usage?: UsageJson;
  costs?: MoneyJson[];
  unpricedCalls?: string;
}

export interface RunStepJson {
  name?: string;
  startOffset?: string;
  duration?: string;
  attributes?: Record<string, string>;
  error?: ErrorStatusJson;
}

export interface RunJson {
  id?: string;
  requestId?: string;
  apiKeyId?: string;
  model?: string;
  assistant?: string;
  assistantVersion?: number;
  prompt?: string;
  promptVersion?: number;
  conversationId?: string;
  state?: string;
  finishReason?: string;
  error?: ErrorStatusJson;
  usage?: UsageJson;
  steps?: RunStepJson[];
  citations?: { passage?: PassageJson }[];
  cached?: boolean;
  createTime?: string;
  endTime?: string;
  timeToFirstToken?: string;
}

/** What a page of any list has beside its items. */
export interface PageJson {
  nextPageToken?: string;
}
