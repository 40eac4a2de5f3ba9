import { WeftError } from '@weft/errors';

/** Where the service of a domain is; undefined when nothing says so. */
export type PeerTargets = (domain: string) => string | undefined;

const anyService = '*';

/**
 * Reads where peers are: `name=target` with commas between. A name that comes again adds a replica; the name `*` is for every service
 * that has no entry, with `{service}` in its target standing for the name.
 *
 * @throws WeftError FAILED_PRECONDITION `BAD_CONFIGURATION` naming the entry that is none
 */
export function parsePeerTargets(text: string): PeerTargets {
  const targets = new Map<string, string>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const equals = entry.indexOf('=');
    const name = entry.slice(0, equals);
    const target = entry.slice(equals + 1);
    if (equals < 0 || !/^([a-z][a-z0-9-]*|\*)$/.test(name) || target === '') throw badEntry(entry);
    const others = targets.get(name);
    targets.set(name, others === undefined ? target : `${others},${target}`);
  }
  return (domain) => targets.get(domain) ?? targets.get(anyService)?.replaceAll('{service}', domain);
}

function badEntry(entry: string): WeftError {
  return new WeftError(
    'FAILED_PRECONDITION',
    'BAD_CONFIGURATION',
    `WEFT_PEERS: '${entry}' is not name=target. Example: WEFT_PEERS=*=dns:///{service}:9000,embedding=127.0.0.1:7001`,
  );
}
