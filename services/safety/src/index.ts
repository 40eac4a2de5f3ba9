export { safetyService } from './service';
