import { type cache } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { type RpcContext } from '@weft/rpc';
import { metrics } from '@weft/runtime';
import { type EntryStore } from './entry-store';
import { entryTtlMs } from './entry-ttl';
import { keyDigest } from './key-digest';
import { type TenantBound } from './tenant-bound';

/** The handlers of `weft.cache.v1.CacheService`. */
export function createCacheHandler(store: EntryStore, bound: TenantBound) {
  return {
    async lookupEntry(request: cache.LookupEntryRequest, context: RpcContext) {
      const { tenantId } = context.caller.identity;
      const entry = await store.find(tenantId, keyDigest(tenantId, request.key!));
      metrics.cacheLookups.add(1, { 'weft.cache.result': entry === undefined ? 'miss' : 'hit' });
      return entry === undefined
        ? {}
        : { entry: { ...entry, payload: Buffer.from(entry.payload), complete: true } };
    },

    async storeEntry(request: cache.StoreEntryRequest, context: RpcContext) {
      const { tenantId } = context.caller.identity;
      const entry = request.entry!;
      if (!entry.complete) {
        throw new WeftError(
          'FAILED_PRECONDITION',
          'ENTRY_INCOMPLETE',
          'Only whole answers are kept: this one was cut short, blocked or failed.',
        );
      }
      const ttlMs = entryTtlMs(request.ttl);
      await store.put(tenantId, {
        keyDigest: keyDigest(tenantId, request.key!),
        assistant: request.key!.assistant,
        payload: entry.payload,
        payloadType: entry.payloadType,
        ttlMs,
      });
      await bound.afterPut(tenantId);
      return {};
    },

    async purgeEntries(request: cache.PurgeEntriesRequest, context: RpcContext) {
      const assistant = request.assistant === '' ? undefined : request.assistant;
      return { removed: await store.purge(context.caller.identity.tenantId, assistant) };
    },
  };
}
