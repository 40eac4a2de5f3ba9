export { type AdminKey } from './api-keys/ensure-admin-key';
export { newKeySecret } from './api-keys/key-secret';
export { type GatewayConfig } from './config';
export { gatewayService } from './service';
