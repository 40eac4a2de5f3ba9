import { type Command } from 'commander';
import { type DocumentJson, type PageJson } from '../door/door-answers';
import { doorMethods } from '../door/door-methods';
import { enumWord } from '../runs/run-facts';
import { type CommandContext } from './command-context';
import { addListOptions, type ListView, printList } from './list-command';

const documentList: ListView<PageJson & { documents?: DocumentJson[] }, DocumentJson> = {
  method: doorMethods.listDocuments,
  itemsOf: (page) => page.documents,
  columns: {
    id: ({ id }) => id,
    state: ({ state }) => enumWord(state, 'DOCUMENT_STATE_'),
    chunks: ({ chunkCount }) => chunkCount ?? 0,
    bytes: ({ sizeBytes }) => sizeBytes ?? 0,
    uri: ({ uri }) => uri,
    title: ({ title }) => title,
    error: ({ error }) => (error === undefined ? '' : `${error.reason ?? ''}: ${error.message ?? ''}`),
  },
};

/** Adds `weft documents`. */
export function addDocumentsCommands(program: Command, context: CommandContext): void {
  const documents = program.command('documents').description('list the documents of a collection');
  addListOptions(documents.command('list').description('list documents by uri'))
    .requiredOption('-c, --collection <name>', 'the collection')
    .action((options: { collection: string }, command: Command) =>
      printList(context, command, documentList, { collection: options.collection }),
    );
}
