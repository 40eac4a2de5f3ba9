import { type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { destinationForbidden, hostNotFound } from './dialer-errors';
import { type EgressPolicy } from './egress-policy';
import { type ResolveHost } from './resolve-host';

/**
 * Opens connections for undici. A name is resolved once for each connection, every address is checked, and exactly
 * the checked addresses are dialed: an answer of DNS that changes between check and use changes nothing.
 */
export function checkedConnector(
  policy: EgressPolicy,
  resolve: ResolveHost,
  connectTimeoutMs: number,
  certificateAuthority?: string,
): buildConnector.connector {
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    allowH2: false,
    lookup: checkedLookup(policy, resolve),
    autoSelectFamily: true,
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
  } as buildConnector.BuildOptions);
  return (options, callback) => {
    connect(options, (...[error, socket]: [Error | null, unknown]) => {
      if (error !== null) return callback(error, null);
      const connected = socket as Socket;
      // Node dials literal addresses without a lookup; whatever was dialed, it is looked at once more.
      const address = connected.remoteAddress;
      if (address !== undefined && policy.permitsAddress(address)) return callback(null, connected);
      connected.destroy();
      callback(destinationForbidden(options.hostname, 'its address is not public', address), null);
    });
  };
}

/** A `lookup` for `net.connect` that fails when any address of the name is forbidden. */
function checkedLookup(policy: EgressPolicy, resolve: ResolveHost): LookupFunction {
  return (host, options: LookupOptions, callback) => {
    resolveChecked(host, policy, resolve).then(
      (addresses) => {
        if (options.all === true) callback(null, addresses);
        else callback(null, addresses[0]!.address, addresses[0]!.family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, []),
    );
  };
}

/** One forbidden address refuses the name: a public one beside it would only hide the attempt. */
async function resolveChecked(
  host: string,
  policy: EgressPolicy,
  resolve: ResolveHost,
): Promise<LookupAddress[]> {
  const addresses = await resolve(host).catch((cause: unknown) => {
    throw hostNotFound(host, cause);
  });
  if (addresses.length === 0) throw hostNotFound(host, undefined);
  for (const address of addresses)
    if (!policy.permitsAddress(address))
      throw destinationForbidden(host, 'its address is not public', address);
  return addresses.map((address) => ({ address, family: isIP(address) }));
}
