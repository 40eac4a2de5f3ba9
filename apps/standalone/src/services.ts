import { cacheService } from '@weft/cache';
import { embeddingService } from '@weft/embedding';
import { gatewayService } from '@weft/gateway';
import { type ServiceDefinition } from '@weft/host';
import { llmService } from '@weft/llm';
import { loggingService } from '@weft/logging';
import { memoryService } from '@weft/memory';
import { orchestratorService } from '@weft/orchestrator';
import { promptService } from '@weft/prompt';
import { retrievalService } from '@weft/retrieval';
import { safetyService } from '@weft/safety';
import { toolService } from '@weft/tool';

/** Every service but the gateway, in the order they start: who consumes events is there before anybody makes them. */
export const innerServices: ServiceDefinition[] = [
  loggingService,
  cacheService,
  safetyService,
  promptService,
  memoryService,
  llmService,
  embeddingService,
  retrievalService,
  toolService,
  orchestratorService,
];

/** The door: opens last and closes first. */
export { gatewayService };
