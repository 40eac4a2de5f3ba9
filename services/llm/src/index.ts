export { llmService } from './service';
