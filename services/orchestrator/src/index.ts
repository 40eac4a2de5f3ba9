export { orchestratorService } from './service';
