import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { type CliConfig } from '../config';
import { UsageError } from '../usage-error';

/** Where to call, and with which key. */
export interface DoorAddress {
  /** Without a slash at the end. */
  url: string;
  apiKey: string;
  /** Where the key was found, for a person: an option, a variable or a file. */
  keySource: string;
}

/** What the command line says of it. */
export interface DoorOptions {
  url?: string;
  key?: string;
}

/**
 * Finds out where weft is and the key to call it with: the options first, then the environment, then the profile of a cluster
 * that `make up` started at that address, then the key that standalone keeps in its data folder. Kept keys belong to
 * this machine: they are not sent to another host.
 *
 * @throws UsageError that says what is missing or wrong, and what to do
 */
export function findDoor(options: DoorOptions, config: CliConfig): DoorAddress {
  const url = checkedUrl(options.url ?? config.url);
  const at = (apiKey: string, keySource: string) => ({ url: withoutSlash(url), apiKey, keySource });
  if (options.key !== undefined) return at(checkedKey(options.key), 'the option --key');
  if (config.apiKey !== undefined) return at(checkedKey(config.apiKey), 'the variable WEFT_API_KEY');
  const isHere = isLoopback(url.hostname);
  const kept = isHere ? keptKey(config.dataDir, withoutSlash(url)) : undefined;
  if (kept !== undefined) return at(kept.apiKey, `the file ${kept.file}`);
  const where = isHere
    ? `, or start weft with \`make run\` and call \`weft\` from the same folder: its first key is in ${config.dataDir}/admin-key (WEFT_DATA_DIR names another folder)`
    : '';
  throw new UsageError(`There is no API key. Set WEFT_API_KEY or give --key${where}.`);
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UsageError(`'${text}' is not an http or https URL. Example: --url http://127.0.0.1:8080`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new UsageError(
      'The URL must have no user, query or fragment. The key goes into WEFT_API_KEY or --key.',
    );
  }
  return url;
}

function withoutSlash(url: URL): string {
  return url.href.replace(/\/+$/, '');
}

/** A header cannot carry anything else. */
function checkedKey(key: string): string {
  const trimmed = key.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed))
    throw new UsageError('The API key is empty or has characters that no key has.');
  return trimmed;
}

function isLoopback(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

interface KeptKey {
  apiKey: string;
  file: string;
}

/** The key of the weft of this machine that answers at an address. */
function keptKey(dataDir: string, url: string): KeptKey | undefined {
  if (dataDir === 'memory') return undefined;
  const profileFile = join(dataDir, 'cluster', 'client-profile.json');
  const profile = readKept(profileFile, (text) => JSON.parse(text) as { url?: string; apiKey?: string });
  if (profile?.url === url && profile.apiKey !== undefined)
    return { apiKey: checkedKey(profile.apiKey), file: profileFile };
  const keyFile = join(dataDir, 'admin-key');
  const apiKey = readKept(keyFile, checkedKey);
  return apiKey === undefined ? undefined : { apiKey, file: keyFile };
}

function readKept<Kept>(file: string, parse: (text: string) => Kept): Kept | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
