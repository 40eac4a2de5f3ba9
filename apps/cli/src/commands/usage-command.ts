import { type Command, Option } from 'commander';
import { type MoneyJson, type UsageSumJson } from '../door/door-answers';
import { doorMethods } from '../door/door-methods';
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
    const table = () =>
      formatTable(
        [...(each ? ['begins'] : []), by, 'calls', 'input', 'output', 'cost'],
        sums.map((sum) => [...(each ? [sum.startTime ?? ''] : []), ...cellsOf(sum, by)].map(printableLine)),
      );
    for (const line of json ? sums.map((sum) => JSON.stringify(sum)) : [table()])
      printLine(context.terminal.out, line);
  });
}

function cellsOf(sum: UsageSumJson, by: Dimension): string[] {
  const { calls = '0', usage: { inputTokens = '0', outputTokens = '0' } = {} } = sum;
  return [dimensions[by].of(sum) ?? '', calls, inputTokens, outputTokens, costOf(sum)];
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
