import { type Caller } from '@weft/rpc';

/** What a tool is given besides its arguments. */
export interface ToolContext {
  /** Who asks; outbound calls hand it on. */
  caller: Caller;
  /** Aborted when nobody waits for the result any more, and when the tool's time is up. */
  signal: AbortSignal;
  /**
   * The collections that may be read; empty means every collection of the tenant. Bound by the caller, out of
   * the model's reach.
   */
  collections: readonly string[];
  /**
   * Names this invocation, the same each time it is made: a tool with effects has each of them once for a key.
   * Empty when the caller does not repeat.
   */
  idempotencyKey: string;
}

/** A tool: what models are told of it, and what it does. */
export interface Tool<Arguments = Record<string, unknown>> {
  /** What models call it by: `[a-z0-9_]`, at most 64 characters. */
  readonly name: string;
  /** What it does, for the model. */
  readonly description: string;
  /** JSON Schema (draft-07) of the arguments: an object that allows no other properties than it names. */
  readonly parametersSchema: object;
  /** Whether calling it again does no further harm. */
  readonly idempotent: boolean;
  /**
   * Does the work; called only with arguments that the schema accepts.
   *
   * @returns what the model is told; anything that JSON can say
   * @throws ToolFailure saying to the model what went wrong; of any other error it learns only that there was
   *   one
   */
  invoke(toolArguments: Arguments, context: ToolContext): Promise<unknown>;
}
