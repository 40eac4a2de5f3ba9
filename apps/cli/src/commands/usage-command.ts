import { WeftError } from '@weft/errors';
import { type Command, Option } from 'commander';
import { type ApiKeyJson, type MoneyJson, type PageJson, type UsageSumJson } from '../door/door-answers';
import { type DoorClient } from '../door/door-client';
import { doorMethods } from '../door/door-methods';
import { listItems } from '../door/pages';
import { formatTable } from '../table';
import { printableLine, printLine } from '../terminal';
import { type CommandContext, withDoor } from './command-context';
import { wholeNumber } from './option-values';

interface UsageOptions {
  by: Dimension;
  days: number;
  each?: 'hour' | 'day';
  json?: boolean;
}

/** More keys are shown by their ids. */
const keyNamesMax = 10_000;

type Dimension = 'model' | 'key' | 'assistant';
const dimensions: Record<Dimension, { name: string; of(sum: UsageSumJson): string | undefined }> = {
  model: { name: 'DIMENSION_MODEL', of: ({ model }) => model },
  key: { name: 'DIMENSION_API_KEY', of: ({ apiKeyId }) => apiKeyId },
  assistant: { name: 'DIMENSION_ASSISTANT', of: ({ assistant }) => assistant },
};

/** Adds `weft usage`. */
export function addUsageCommand(program: Command, context: CommandContext): void {
  program
    .command('usage')
    .description('show what model calls took and cost, from the ledger')
    .addOption(
      new Option('--by <what>', 'what it is kept apart by').choices(Object.keys(dimensions)).default('model'),
    )
    .option('--days <number>', 'how many days back', wholeNumber(1, 3650), 30)
    .addOption(
      new Option('--each <interval>', 'keeps hours or days (UTC) apart as well').choices(['hour', 'day']),
    )
    .option('--json', 'print the sums as JSON, one in a line')
    .action((options: UsageOptions, command: Command) => printUsage(context, command, options));
}

async function printUsage(
  context: CommandContext,
  command: Command,
  { by, days, each, json }: UsageOptions,
): Promise<void> {
  const request = {
    startTime: new Date(Date.now() - days * 86_400_000).toISOString(),
    interval: each && `INTERVAL_${each.toUpperCase()}`,
    groupBy: [dimensions[by].name],
  };
  await withDoor(context, command, async (client, signal) => {
    const { sums = [] } = await client.call<{ sums?: UsageSumJson[] }>(doorMethods.queryUsage, request, {
      signal,
    });
    if (json) {
      for (const sum of sums) printLine(context.terminal.out, JSON.stringify(sum));
      return;
    }
    const keyNames = by === 'key' ? await readKeyNames(client, signal) : new Map<string, string>();
    const nameOf = (sum: UsageSumJson) => {
      const value = dimensions[by].of(sum) ?? '';
      return keyNames.get(value) ?? value;
    };
    const table = formatTable(
      [...(each ? ['begins'] : []), by, 'calls', 'input', 'output', 'cost'],
      sums.map((sum) =>
        [...(each ? [sum.startTime ?? ''] : []), nameOf(sum), ...cellsOf(sum)].map(printableLine),
      ),
    );
    printLine(context.terminal.out, table);
  });
}

/** Names by id; empty when the caller's key may not list keys: ids are shown then. */
async function readKeyNames(client: DoorClient, signal: AbortSignal): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const list = {
    method: doorMethods.listApiKeys,
    itemsOf: (page: PageJson & { apiKeys?: ApiKeyJson[] }) => page.apiKeys,
    most: keyNamesMax,
  };
  try {
    for await (const { id = '', displayName = '' } of listItems(client, list, { signal }))
      names.set(id, displayName === '' ? id : `${displayName} (${id})`);
  } catch (error) {
    if (!(error instanceof WeftError) || error.code !== 'PERMISSION_DENIED') throw error;
  }
  return names;
}

function cellsOf(sum: UsageSumJson): string[] {
  const { calls = '0', usage: { inputTokens = '0', outputTokens = '0' } = {} } = sum;
  return [calls, inputTokens, outputTokens, costOf(sum)];
}

/** What is known, and of how many calls nothing is. */
function costOf({ costs = [], unpricedCalls = '0' }: UsageSumJson): string {
  const unpriced = unpricedCalls === '0' ? [] : [`${unpricedCalls} without a price`];
  return [...costs.map(amountOf), ...unpriced].join(', ');
}

/** At least cents, and no zeros behind them. */
function amountOf({ currencyCode = '', units = '0', nanos = 0 }: MoneyJson): string {
  const decimals = String(nanos)
    .padStart(9, '0')
    .replace(/0{1,7}$/, '');
  return `${units}.${decimals} ${currencyCode}`;
}
