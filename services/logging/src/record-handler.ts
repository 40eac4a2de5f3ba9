import { type logging } from '@weft/contracts';
import { abortReason, openPage, type RpcContext } from '@weft/rpc';

import { type EventRecord, type RecordStore } from './record';
import { type RecordFeed } from './record-feed';

/** What the handlers work with. */
export interface RecordDependencies {
  store: RecordStore;
  feed: RecordFeed;
  /** After how long without a record a heartbeat goes out, in milliseconds. */
  heartbeatMs: number;
}

/** The handlers of `weft.logging.v1.RecordService`. */
export function createRecordHandler({ store, feed, heartbeatMs }: RecordDependencies) {
  return {
    async listRecords(request: logging.ListRecordsRequest, context: RpcContext) {
      const { tenantId } = context.caller.identity;
      const { subject, runId } = request;
      const page = openPage(request, { list: `records:${JSON.stringify([subject, runId])}`, tenantId });
      const after = page.after && {
        eventTime: new Date(page.after[0] as number),
        id: page.after[1] as string,
      };
      const rows = await store.list(tenantId, { subject, runId }, { after, limit: page.limit });
      const { items, nextPageToken } = page.close(rows, ({ eventTime, id }) => [eventTime.getTime(), id]);
      return { records: items.map(toMessage), nextPageToken };
    },

    async *tailRecords(request: logging.TailRecordsRequest, context: RpcContext) {
      const { signal } = context;
      const follower = feed.follow(context.caller.identity.tenantId, request.subject);
      try {
        for (let sequence = 1; ; sequence++) {
          const record = await follower.next(heartbeatMs, signal);
          if (signal.aborted) throw abortReason(signal);
          yield { sequence, record: record && toMessage(record) };
        }
      } finally {
        follower.close();
      }
    },
  };
}

function toMessage({ id, subject, eventTime, runId, detail }: EventRecord): logging.Record {
  return { id, subject, eventTime, runId, detailJson: JSON.stringify(detail) };
}
