import { gateway } from '@weft/contracts';
import { invalidField, notFound } from '@weft/errors';
import { implement, openPage, type RpcService } from '@weft/rpc';
import { type ApiKey } from './api-key';
import { type ApiKeyStore, type KeySortKey } from './api-key-store';
import { createApiKey } from './create-api-key';
import { type KeyAuthenticator } from './key-authenticator';

/** Serves ApiKeyService. */
export function apiKeyHandler(dependencies: {
  store: ApiKeyStore;
  storageSecret: string;
  authenticator: KeyAuthenticator;
  outbox: { notify(): void };
}): RpcService {
  const { store, authenticator, outbox } = dependencies;
  return implement(gateway.ApiKeyServiceDefinition, {
    async createApiKey(request, { caller }) {
      const { key, secret } = await createApiKey(request, caller.identity, dependencies);
      outbox.notify();
      return { apiKey: toProto(key), secret };
    },

    async getApiKey({ id }, { caller }) {
      const key = await store.find(caller.identity.tenantId, id);
      if (key === undefined) throw notFound('api key', id);
      return { apiKey: toProto(key) };
    },

    async listApiKeys(request, { caller }) {
      const { tenantId } = caller.identity;
      const page = openPage(request, { list: 'api_keys', tenantId });
      const keys = await store.list(tenantId, {
        after: page.after && sortKeyOf(page.after),
        limit: page.limit,
      });
      const { items, nextPageToken } = page.close(keys, (key) => [key.createTime.getTime(), key.id]);
      return { apiKeys: items.map(toProto), nextPageToken };
    },

    async revokeApiKey({ id }, { caller }) {
      const { tenantId, principal } = caller.identity;
      const key = await store.revoke(tenantId, id, { time: new Date(), revokedBy: principal.id });
      if (key === undefined) throw notFound('api key', id);
      authenticator.forget(id);
      outbox.notify();
      return { apiKey: toProto(key) };
    },
  });
}

function sortKeyOf([time, id]: unknown[]): KeySortKey {
  const createTime = new Date(Number(time));
  // Whoever writes a token himself must not reach the database with a time that it does not know.
  if (!(createTime.getTime() >= 0) || typeof id !== 'string') {
    throw invalidField('page_token', 'is not a token that this list returned', 'BAD_PAGE_TOKEN');
  }
  return { createTime, id };
}

function toProto(key: ApiKey): gateway.ApiKey {
  return { ...key, scopes: [...key.scopes] };
}
