export { abortReason, callerGone, isAbortError, untilAborted } from './abort';
export { draining } from './admission';
export { authenticateInternal } from './authenticate-internal';
export {
  callFrom,
  type Caller,
  type CallerOptions,
  type Identity,
  type RpcCallOptions,
  type RpcContext,
  serviceCaller,
} from './caller';
export { deadlineExceeded, type DeadlineScope, openDeadline } from './deadline';
export { connectGrpc, type GrpcTransportOptions } from './grpc-transport';
export { type Ejection } from './balancing';
export { type TlsIdentity } from './certificate-source';
export { createIdentityTokens, type IdentityTokens } from './identity-token';
export { createInProcessTransport, type InProcessTransport } from './in-process-transport';
export { wasNeverProcessed } from './lost-call';
export { metadataKeys } from './metadata-keys';
export { contractRegistry, methodPolicies, type MethodPolicy, methodPolicy } from './method-policy';
export { openPage, type Page } from './page';
export { createPeers, type Peers } from './peers';
export { type RawCalls, rawServiceDefinition } from './raw-calls';
export { implement, type RpcService, type WeftClient } from './rpc-service';
export { type Arrival, type Authenticate } from './inbound-call';
export { type RunningServer, serve, type ServeOptions } from './serve';
export { publicError } from './public-error';
export { errorDetailsOf, fromErrorStatus, httpStatusOf, toErrorStatus } from './status-mapping';
export { type Transport } from './transport';
export { isTerminal, upToLast } from './up-to-last';
export { type TlsSecurity, type TransportSecurity } from './transport-security';
