import { type prompt } from '@weft/contracts';
import { invalidFields } from '@weft/errors';
import { openPage, type RpcContext } from '@weft/rpc';
import { compilePrompt } from './compile-prompt';
import { type CompiledPrompts } from './compiled-prompts';
import { contentOf, unkeepable } from './content-of';
import { readNameKey, readVersionKey } from './page-keys';
import { contentDigest } from './prompt-content';
import { checkLabel, checkName } from './prompt-names';
import { type PromptStore, type StoredVersion } from './prompt-store';
import { renderPrompt } from './render-prompt';
import { type WithinTime } from './time-limit';

/** What the handlers work with. */
export interface PromptDependencies {
  store: PromptStore;
  compiled: CompiledPrompts;
  withinTime: WithinTime;
}

/** The handlers of `weft.prompt.v1.PromptService`. */
export function createPromptHandler({ store, compiled, withinTime }: PromptDependencies) {
  const newVersion = (name: string, request: VersionRequest) => {
    const content = contentOf(request);
    compilePrompt(content, withinTime);
    return { ...content, prompt: name, digest: contentDigest(content), labels: request.labels };
  };
  const compiledOf = (version: StoredVersion) => {
    const known = compiled.get(version.digest);
    if (known !== undefined) return known;
    const fresh = compilePrompt(version, withinTime);
    compiled.set(version.digest, fresh);
    return fresh;
  };

  return {
    async createPrompt(request: prompt.CreatePromptRequest, context: RpcContext) {
      const violations = unkeepable('description', request.description);
      if (violations.length > 0) throw invalidFields(violations);
      return await store.createPrompt(
        tenantOf(context),
        request.description,
        newVersion(request.name, request),
      );
    },

    async getPrompt(request: prompt.GetPromptRequest, context: RpcContext) {
      return { prompt: await store.getPrompt(tenantOf(context), checkName(request.name)) };
    },

    async listPrompts(request: prompt.ListPromptsRequest, context: RpcContext) {
      const tenantId = tenantOf(context);
      const page = openPage(request, { list: 'prompts', tenantId });
      const prompts = await store.listPrompts(tenantId, readNameKey(page.after), page.limit);
      const { items, nextPageToken } = page.close(prompts, ({ name }) => [name]);
      return { prompts: items, nextPageToken };
    },

    async deletePrompt(request: prompt.DeletePromptRequest, context: RpcContext) {
      await store.deletePrompt(tenantOf(context), checkName(request.name));
      return {};
    },

    async createPromptVersion(request: prompt.CreatePromptVersionRequest, context: RpcContext) {
      const tenantId = tenantOf(context);
      const name = checkName(request.prompt);
      return { version: await store.createVersion(tenantId, newVersion(name, request)) };
    },

    async getPromptVersion(request: prompt.GetPromptVersionRequest, context: RpcContext) {
      return { version: await store.getVersion(tenantOf(context), selectorOf(request)) };
    },

    async listPromptVersions(request: prompt.ListPromptVersionsRequest, context: RpcContext) {
      const tenantId = tenantOf(context);
      const name = checkName(request.prompt);
      const page = openPage(request, { list: `prompt-versions:${name}`, tenantId });
      const versions = await store.listVersions(tenantId, name, readVersionKey(page.after), page.limit);
      const { items, nextPageToken } = page.close(versions, ({ version }) => [version]);
      return { versions: items, nextPageToken };
    },

    async setPromptLabel(request: prompt.SetPromptLabelRequest, context: RpcContext) {
      const name = checkName(request.prompt);
      return { prompt: await store.setLabel(tenantOf(context), name, request.label, request.version) };
    },

    async renderPrompt(request: prompt.RenderPromptRequest, context: RpcContext) {
      const version = await store.getVersion(tenantOf(context), selectorOf(request));
      const messages = renderPrompt(compiledOf(version), request.variables ?? {}, withinTime);
      return { messages, version: version.version, digest: version.digest };
    },
  };
}

type VersionRequest = Pick<prompt.CreatePromptVersionRequest, 'messages' | 'variablesSchemaJson' | 'labels'>;

function tenantOf(context: RpcContext): string {
  return context.caller.identity.tenantId;
}

function selectorOf(request: { prompt: string; version: number; label: string }) {
  const name = checkName(request.prompt);
  const { version } = request;
  return {
    prompt: name,
    version,
    label: version > 0 || request.label === '' ? '' : checkLabel(name, request.label),
  };
}
