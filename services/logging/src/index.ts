export { loadLoggingConfig, type LoggingConfig } from './config';
export { loggingService } from './service';
