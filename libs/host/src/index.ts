export { createService, type HostedService, type HostResources } from './create-service';
export { runServiceProcess } from './run-service-process';
export {
  defineService,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceInstance,
} from './service-definition';
