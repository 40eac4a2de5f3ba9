import { type Command } from 'commander';
import { type IngestionJson, type PageJson } from '../door/door-answers';
import { doorMethods } from '../door/door-methods';
import { enumWord } from '../runs/run-facts';
import { printLine } from '../terminal';
import { type CommandContext, withDoor } from './command-context';
import { addListOptions, type ListView, printList } from './list-command';

const ingestionList: ListView<PageJson & { ingestions?: IngestionJson[] }, IngestionJson> = {
  method: doorMethods.listIngestions,
  itemsOf: (page) => page.ingestions,
  columns: {
    id: ({ id }) => id,
    state: stateOf,
    collection: ({ collection }) => collection,
    documents: ({ documentCount }) => documentCount ?? 0,
    pending: ({ pending }) => pending ?? 0,
    failed: ({ failed }) => failed ?? 0,
    accepted: ({ createTime }) => createTime,
  },
};

/** Adds `weft ingestions`. */
export function addIngestionsCommands(program: Command, context: CommandContext): void {
  const ingestions = program
    .command('ingestions')
    .description('list and cancel what `weft ingest --detach` has left to weft');
  addListOptions(ingestions.command('list').description('list ingestions, newest first'), 20)
    .option('-c, --collection <name>', 'those into this collection alone')
    .action((options: { collection?: string }, command: Command) =>
      printList(context, command, ingestionList, { collection: options.collection }),
    );
  ingestions
    .command('cancel')
    .description('cancel what is pending of an ingestion; what is stored stays')
    .argument('<id>', "the ingestion's id")
    .action((id: string, _options: object, command: Command) => cancelIngestion(context, command, id));
}

async function cancelIngestion(context: CommandContext, command: Command, id: string): Promise<void> {
  await withDoor(context, command, async (client, signal) => {
    const { ingestion = {} } = await client.call<{ ingestion?: IngestionJson }>(
      doorMethods.cancelIngestion,
      { id },
      { signal },
    );
    printLine(context.terminal.out, `${ingestion.id ?? id} ${stateOf(ingestion)}`);
  });
}

function stateOf({ state }: IngestionJson): string {
  return enumWord(state, 'INGESTION_STATE_') ?? '';
}
