import { gateway } from '@weft/contracts';
import { notFound } from '@weft/errors';
import { implement, type RpcService } from '@weft/rpc';
import { type ApiKeyStore } from './api-key-store';
import { type RequestLimiter } from './request-limiter';

/** Serves QuotaService. */
export function quotaHandler({
  store,
  limiter,
}: {
  store: ApiKeyStore;
  limiter: RequestLimiter;
}): RpcService {
  return implement(gateway.QuotaServiceDefinition, {
    async getQuota(_request, { caller }) {
      const { tenantId, principal } = caller.identity;
      const key = await store.find(tenantId, principal.id);
      if (key === undefined) throw notFound('api key', principal.id);
      const quota = limiter.quota({ keyId: key.id, requestsPerMinute: key.requestsPerMinute });
      return {
        requestsPerMinute: key.requestsPerMinute,
        requestsRemaining: quota.requestsRemaining,
        resetTime: new Date(quota.resetTimeMs),
      };
    },
  });
}
