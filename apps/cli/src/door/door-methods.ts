/** The RPCs that this command calls, as the HTTP door takes them. */
export const doorMethods = {
  createApiKey: '/weft.gateway.v1.ApiKeyService/CreateApiKey',
  listApiKeys: '/weft.gateway.v1.ApiKeyService/ListApiKeys',
  revokeApiKey: '/weft.gateway.v1.ApiKeyService/RevokeApiKey',
  createCollection: '/weft.retrieval.v1.CollectionService/CreateCollection',
  getCollection: '/weft.retrieval.v1.CollectionService/GetCollection',
  listCollections: '/weft.retrieval.v1.CollectionService/ListCollections',
  ingestDocuments: '/weft.retrieval.v1.DocumentService/IngestDocuments',
  listIngestions: '/weft.retrieval.v1.IngestionService/ListIngestions',
  cancelIngestion: '/weft.retrieval.v1.IngestionService/CancelIngestion',
  listDocuments: '/weft.retrieval.v1.DocumentService/ListDocuments',
  createAssistant: '/weft.orchestrator.v1.AssistantService/CreateAssistant',
  listAssistants: '/weft.orchestrator.v1.AssistantService/ListAssistants',
  getRun: '/weft.orchestrator.v1.RunService/GetRun',
  listRuns: '/weft.orchestrator.v1.RunService/ListRuns',
  cancelRun: '/weft.orchestrator.v1.RunService/CancelRun',
  queryUsage: '/weft.logging.v1.UsageService/QueryUsage',
} as const;

/** A method of `doorMethods`. */
export type DoorMethod = (typeof doorMethods)[keyof typeof doorMethods];
