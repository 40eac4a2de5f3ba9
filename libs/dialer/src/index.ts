export { createEgressPolicy, type EgressPolicy, type EgressPolicySettings } from './egress-policy';
export { isPublicAddress } from './public-address';
export { dnsResolver, type ResolveHost } from './resolve-host';
export {
  createSafeDialer,
  type OutboundRequest,
  type OutboundResponse,
  type SafeDialer,
  type SafeDialerOptions,
} from './safe-dialer';
