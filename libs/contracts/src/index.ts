export * from './gen';
export { descriptorImageBase64 } from './gen/descriptor-image';
