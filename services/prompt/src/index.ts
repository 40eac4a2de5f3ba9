export { loadPromptConfig, type PromptConfig } from './config';
export { promptService } from './service';
