import { type ChannelOptions, connectivityState, experimental, status } from '@grpc/grpc-js';

/** Hears why a connection could not be made. */
export type ReportConnectionFailure = (address: string, cause: string) => void;

/** The name of the policy in service configs. Register it with `registerWatchedBalancer` before. */
export const watchedPolicy = 'weft_watched';

/** The channel option that carries who hears of failed connections. The prefix keeps it out of what connections are shared by. */
export const connectionReportOption = `${experimental.SUBCHANNEL_ARGS_EXCLUDE_KEY_PREFIX}.weft_report`;

/** Makes the policy known to grpc-js. Done twice it does no harm. */
export function registerWatchedBalancer(): void {
  if (!experimental.isLoadBalancerNameRegistered(watchedPolicy))
    experimental.registerLoadBalancerType(watchedPolicy, WatchedBalancer, WatchedConfig);
}

class WatchedConfig implements experimental.TypedLoadBalancingConfig {
  constructor(readonly child: experimental.TypedLoadBalancingConfig) {}

  getLoadBalancerName(): string {
    return watchedPolicy;
  }

  toJsonObject(): object {
    return { [watchedPolicy]: { child_policy: [this.child.toJsonObject()] } };
  }

  static createFromJson(json: { child_policy: [] }): WatchedConfig {
    const child = experimental.selectLbConfigFromList(json.child_policy);
    if (child === null) throw new Error(`${watchedPolicy} has no policy to watch`);
    return new WatchedConfig(child);
  }
}

/**
 * Stands between a channel and a policy that ejects outliers. That policy takes every status but OK for the server's failure, also
 * NOT_FOUND; here it is told of UNAVAILABLE alone. And it says nowhere why a connection failed while others stand; this does.
 */
class WatchedBalancer implements experimental.LoadBalancer {
  private readonly child: experimental.ChildLoadBalancerHandler;
  private readonly watched = new Map<string, experimental.SubchannelInterface>();
  private report: ReportConnectionFailure | undefined;

  constructor(helper: experimental.ChannelControlHelper) {
    this.child = new experimental.ChildLoadBalancerHandler(
      experimental.createChildChannelControlHelper(helper, {
        createSubchannel: (address, args) => this.watch(helper.createSubchannel(address, args)),
        updateState: (state, picker, errorMessage) =>
          helper.updateState(
            state,
            state === connectivityState.READY ? new OutageCountingPicker(picker) : picker,
            errorMessage,
          ),
      }),
    );
  }

  updateAddressList(
    endpoints: experimental.StatusOr<experimental.Endpoint[]>,
    config: experimental.TypedLoadBalancingConfig,
    options: ChannelOptions,
    resolutionNote: string,
  ): boolean {
    if (!(config instanceof WatchedConfig)) return false;
    this.report = options[connectionReportOption] as ReportConnectionFailure | undefined;
    this.child.updateAddressList(endpoints, config.child, options, resolutionNote);
    return true;
  }

  exitIdle(): void {
    this.child.exitIdle();
  }

  resetBackoff(): void {
    this.child.resetBackoff();
  }

  destroy(): void {
    for (const subchannel of this.watched.values()) subchannel.removeConnectivityStateListener(this.listen);
    this.watched.clear();
    this.child.destroy();
  }

  getTypeName(): string {
    return watchedPolicy;
  }

  private watch(subchannel: experimental.SubchannelInterface): experimental.SubchannelInterface {
    subchannel.addConnectivityStateListener(this.listen);
    this.watched.set(subchannel.getAddress(), subchannel);
    return subchannel;
  }

  private readonly listen: experimental.ConnectivityStateListener = (
    subchannel,
    _before,
    state,
    _keepalive,
    cause,
  ) => {
    if (state === connectivityState.TRANSIENT_FAILURE && cause !== undefined)
      this.report?.(subchannel.getAddress(), cause);
  };
}

class OutageCountingPicker implements experimental.Picker {
  constructor(private readonly picker: experimental.Picker) {}

  pick(args: experimental.PickArgs): experimental.PickResult {
    const picked = this.picker.pick(args);
    const { onCallEnded } = picked;
    if (onCallEnded === null) return picked;
    return {
      ...picked,
      onCallEnded: (code, details, metadata) =>
        onCallEnded(code === status.UNAVAILABLE ? code : status.OK, details, metadata),
    };
  }
}
