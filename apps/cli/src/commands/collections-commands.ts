import { type Command } from 'commander';
import { type CollectionJson, type PageJson } from '../door/door-answers';
import { doorMethods } from '../door/door-methods';
import { type CommandContext } from './command-context';
import { addListOptions, type ListView, printList } from './list-command';

const collectionList: ListView<PageJson & { collections?: CollectionJson[] }, CollectionJson> = {
  method: doorMethods.listCollections,
  itemsOf: (page) => page.collections,
  columns: {
    name: ({ name }) => name,
    documents: ({ documentCount }) => documentCount ?? 0,
    chunks: ({ chunkCount }) => chunkCount ?? 0,
    'embedding model': ({ embeddingModel }) => embeddingModel,
    changed: ({ updateTime }) => updateTime,
    description: ({ description }) => description,
  },
};

/** Adds `weft collections`. */
export function addCollectionsCommands(program: Command, context: CommandContext): void {
  const collections = program.command('collections').description('list collections of documents');
  addListOptions(collections.command('list').description('list collections by name')).action(
    (_options: object, command: Command) => printList(context, command, collectionList),
  );
}
