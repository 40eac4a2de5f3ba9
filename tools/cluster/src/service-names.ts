/** Every service of weft: one process each, in the order that lists show them. */
export const serviceNames = [
  'logging',
  'cache',
  'safety',
  'prompt',
  'memory',
  'llm',
  'embedding',
  'retrieval',
  'tool',
  'orchestrator',
  'gateway',
] as const;

export type ServiceName = (typeof serviceNames)[number];
