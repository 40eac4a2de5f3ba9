import { promises as dns } from 'node:dns';

/** Resolves a name to IP addresses, IPv4 first; an empty list when it has none. */
export type ResolveHost = (host: string) => Promise<string[]>;

/** More addresses of one name are ignored. */
const addressesMax = 16;

/**
 * Asks DNS itself rather than `getaddrinfo`: that one waits in the thread pool that also reads files, so a
 * few names with slow servers would stop the process. Names of /etc/hosts are therefore unknown here.
 *
 * @param timeoutMs the longest wait for one answer; each question is asked at most twice
 */
export function dnsResolver(timeoutMs = 2_000): ResolveHost {
  return async (host) => {
    const resolver = new dns.Resolver({ timeout: timeoutMs, tries: 2 });
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const failure = answers.find((answer) => answer.status === 'rejected');
    if (addresses.length === 0 && failure !== undefined) throw failure.reason;
    return addresses.slice(0, addressesMax);
  };
}
