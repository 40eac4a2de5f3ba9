export { type EmbeddingConfig, loadEmbeddingConfig } from './config';
export { embeddingService } from './service';
