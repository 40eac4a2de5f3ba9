import { type orchestrator } from '@weft/contracts';

/** Keeps assistants. Every method reads and writes the one tenant alone. */
export interface AssistantStore {
  /** @throws WeftError ALREADY_EXISTS */
  create(tenantId: string, name: string, spec: orchestrator.AssistantSpec): Promise<orchestrator.Assistant>;
  /** @param version 0 for the latest; @throws WeftError NOT_FOUND */
  get(tenantId: string, name: string, version: number): Promise<orchestrator.Assistant>;
  /** The latest versions by name, after the name given. */
  list(tenantId: string, after: string, limit: number): Promise<orchestrator.Assistant[]>;
  /** @throws WeftError NOT_FOUND, or ABORTED when `expectedVersion` is not 0 and not the latest */
  update(
    tenantId: string,
    name: string,
    spec: orchestrator.AssistantSpec,
    expectedVersion: number,
  ): Promise<orchestrator.Assistant>;
  /** @throws WeftError NOT_FOUND */
  delete(tenantId: string, name: string): Promise<void>;
}
