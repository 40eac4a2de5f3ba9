export { retrievalService } from './service';
