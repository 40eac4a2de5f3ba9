import { type Command } from 'commander';
import { type PageJson } from '../door/door-answers';
import { type DoorMethod } from '../door/door-methods';
import { listItems } from '../door/pages';
import { formatTable } from '../table';
import { printableLine, printLine } from '../terminal';
import { type CommandContext, withDoor } from './command-context';
import { wholeNumber } from './option-values';

/** A list and how it is shown. */
export interface ListView<Page extends PageJson, Item> {
  method: DoorMethod;
  itemsOf(page: Page): Item[] | undefined;
  /** The title and the text of each column. */
  columns: Record<string, (item: Item) => string | number | undefined>;
}

/** Adds the options that every list has. */
export function addListOptions(command: Command, most?: number): Command {
  return command
    .option(
      '--limit <number>',
      `how many are shown${most === undefined ? ': all unless given' : ''}`,
      wholeNumber(1, 1_000_000),
      most,
    )
    .option('--json', 'print them as JSON, one in a line');
}

/** Prints a list, as a table or as lines of JSON. */
export async function printList<Page extends PageJson, Item>(
  context: CommandContext,
  command: Command,
  view: ListView<Page, Item>,
  request: object = {},
): Promise<void> {
  const { limit, json } = command.opts<{ limit?: number; json?: boolean }>();
  const { out } = context.terminal;
  await withDoor(context, command, async (client, signal) => {
    const items = listItems(
      client,
      { method: view.method, request, itemsOf: view.itemsOf, most: limit },
      { signal },
    );
    const rows: string[][] = [];
    for await (const item of items) {
      if (json) printLine(out, JSON.stringify(item));
      else rows.push(Object.values(view.columns).map((column) => printableLine(String(column(item) ?? ''))));
    }
    if (!json) printLine(out, formatTable(Object.keys(view.columns), rows));
  });
}
