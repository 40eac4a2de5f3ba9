import { type MessageTemplate } from './prompt-content';
import { type StoredPrompt, type StoredVersion } from './prompt-store';

/** A row of `prompts` with its labels. */
export interface PromptRow {
  name: string;
  description: string;
  latest_version: number;
  labels: Record<string, number>;
  create_time: Date;
  update_time: Date;
}

/** A row of `prompt_versions`. */
export interface VersionRow {
  prompt: string;
  version: number;
  messages: MessageTemplate[];
  variables_schema_json: string;
  digest: string;
  create_time: Date;
}

export function promptOf(row: PromptRow): StoredPrompt {
  return {
    name: row.name,
    description: row.description,
    latestVersion: row.latest_version,
    labels: row.labels,
    createTime: row.create_time,
    updateTime: row.update_time,
  };
}

export function versionOf(row: VersionRow): StoredVersion {
  return {
    prompt: row.prompt,
    version: row.version,
    messages: row.messages,
    variablesSchemaJson: row.variables_schema_json,
    digest: row.digest,
    createTime: row.create_time,
  };
}
