export { type Cluster, type ClusterOptions, startCluster } from './cluster';
export { type ReplicaCounts, type ReplicaPlace } from './cluster-layout';
export { freePorts } from './free-ports';
export { isReady, ReplicaProcess } from './replica-process';
export { type ServiceName, serviceNames } from './service-names';
