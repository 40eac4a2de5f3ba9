export { memoryService } from './service';
