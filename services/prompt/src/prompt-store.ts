import { type PromptContent } from './prompt-content';

/** A prompt without its versions. */
export interface StoredPrompt {
  name: string;
  description: string;
  latestVersion: number;
  labels: Record<string, number>;
  createTime: Date;
  updateTime: Date;
}

/** A version as it is kept. */
export interface StoredVersion extends PromptContent {
  prompt: string;
  version: number;
  digest: string;
  createTime: Date;
}

/** A version to keep. */
export interface NewVersion extends PromptContent {
  prompt: string;
  digest: string;
  /** Labels that move to it in the same transaction. */
  labels: readonly string[];
}

/** Which version of a prompt: the number, else the label, else the latest. */
export interface VersionSelector {
  prompt: string;
  /** 0: by label. */
  version: number;
  /** Empty: the latest. */
  label: string;
}

/** Where prompts are kept. Everything belongs to the tenant named first. */
export interface PromptStore {
  /** @throws WeftError ALREADY_EXISTS */
  createPrompt(
    tenantId: string,
    description: string,
    version: NewVersion,
  ): Promise<{ prompt: StoredPrompt; version: StoredVersion }>;
  /** @throws WeftError NOT_FOUND */
  getPrompt(tenantId: string, name: string): Promise<StoredPrompt>;
  /** By name, those after `afterName`. */
  listPrompts(tenantId: string, afterName: string, limit: number): Promise<StoredPrompt[]>;
  /** @throws WeftError NOT_FOUND */
  deletePrompt(tenantId: string, name: string): Promise<void>;
  /**
   * Adds a version, unless the latest one has the same digest; moves the labels to the one or the other.
   *
   * @throws WeftError NOT_FOUND
   */
  createVersion(tenantId: string, version: NewVersion): Promise<StoredVersion>;
  /** @throws WeftError NOT_FOUND */
  getVersion(tenantId: string, selector: VersionSelector): Promise<StoredVersion>;
  /**
   * Newest first, those below `beforeVersion`.
   *
   * @throws WeftError NOT_FOUND
   */
  listVersions(
    tenantId: string,
    prompt: string,
    beforeVersion: number,
    limit: number,
  ): Promise<StoredVersion[]>;
  /** @throws WeftError NOT_FOUND for the prompt or the version */
  setLabel(tenantId: string, prompt: string, label: string, version: number): Promise<StoredPrompt>;
}
