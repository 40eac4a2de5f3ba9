export { toolService } from './service';
