import { type Command } from 'commander';
import { type ApiKeyJson, type PageJson } from '../door/door-answers';
import { doorMethods } from '../door/door-methods';
import { printable, printLine } from '../terminal';
import { type CommandContext, withDoor } from './command-context';
import { addListOptions, type ListView, printList } from './list-command';
import { futureTime, listOf, wholeNumber } from './option-values';

interface CreateOptions {
  scope?: string[];
  tenant?: string;
  requestsPerMinute?: number;
  expires?: string;
}

const keyList: ListView<PageJson & { apiKeys?: ApiKeyJson[] }, ApiKeyJson> = {
  method: doorMethods.listApiKeys,
  itemsOf: (page) => page.apiKeys,
  columns: {
    id: ({ id }) => id,
    name: ({ displayName }) => displayName,
    prefix: ({ prefix }) => prefix,
    state: stateOf,
    'req/min': ({ requestsPerMinute }) => requestsPerMinute ?? 'no limit',
    created: ({ createTime }) => createTime,
    expires: ({ expireTime }) => expireTime ?? 'never',
    scopes: ({ scopes }) => scopes?.join(' '),
  },
};

/** Adds `weft keys`. */
export function addKeysCommands(program: Command, context: CommandContext): void {
  const keys = program.command('keys').description('make, list and revoke API keys');
  keys
    .command('create')
    .description('make a key and print its secret, which is not shown again')
    .argument('<name>', 'a name for people')
    .option(
      '--scope <scope>',
      'what the key may do, such as chat:write; may be given several times; your own scopes if left out',
      listOf,
    )
    .option('--tenant <tenant>', "the key's tenant; your own if left out")
    .option(
      '--requests-per-minute <number>',
      'the most requests in a minute; 0 means no limit',
      wholeNumber(0, 1_000_000),
    )
    .option('--expires <time>', 'when it ceases to work: 2030-01-31T00:00:00Z, or 30d', futureTime)
    .addHelpText(
      'after',
      '\nThe secret alone goes to standard output: KEY=$(weft keys create ci --scope chat:write)',
    )
    .action((name: string, options: CreateOptions, command: Command) =>
      createKey(context, command, name, options),
    );
  addListOptions(keys.command('list').description('list the keys of your tenant, newest first')).action(
    (_options: object, command: Command) => printList(context, command, keyList),
  );
  keys
    .command('revoke')
    .description('revoke a key: the next call with it is refused')
    .argument('<id>', "the key's id, as `weft keys list` shows it")
    .action((id: string, _options: object, command: Command) => revokeKey(context, command, id));
}

async function createKey(
  context: CommandContext,
  command: Command,
  name: string,
  options: CreateOptions,
): Promise<void> {
  const request = {
    displayName: name,
    scopes: options.scope,
    tenantId: options.tenant,
    requestsPerMinute: options.requestsPerMinute,
    expireTime: options.expires,
  };
  await withDoor(context, command, async (client, signal) => {
    const answer = await client.call<{ apiKey?: ApiKeyJson; secret?: string }>(
      doorMethods.createApiKey,
      request,
      { signal },
    );
    const { id = '', tenantId = '' } = answer.apiKey ?? {};
    printLine(
      context.terminal.error,
      printable(`Created the key ${id} of the tenant ${tenantId}. This is shown once:`),
    );
    printLine(context.terminal.out, answer.secret ?? '');
  });
}

async function revokeKey(context: CommandContext, command: Command, id: string): Promise<void> {
  await withDoor(context, command, async (client, signal) => {
    const { apiKey = {} } = await client.call<{ apiKey?: ApiKeyJson }>(
      doorMethods.revokeApiKey,
      { id },
      { signal },
    );
    printLine(context.terminal.out, printable(`Revoked ${apiKey.id ?? id} (${apiKey.displayName ?? ''}).`));
  });
}

function stateOf({ revokeTime, expireTime }: ApiKeyJson): string {
  if (revokeTime !== undefined) return 'revoked';
  return expireTime !== undefined && Date.parse(expireTime) <= Date.now() ? 'expired' : 'active';
}
