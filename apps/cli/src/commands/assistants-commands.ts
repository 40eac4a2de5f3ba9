import { type Command } from 'commander';
import { type AssistantJson, type PageJson } from '../door/door-answers';
import { doorMethods } from '../door/door-methods';
import { printable, printLine } from '../terminal';
import { type CommandContext, withDoor } from './command-context';
import { addListOptions, type ListView, printList } from './list-command';
import { listOf } from './option-values';

interface CreateOptions {
  collection?: string[];
  model: string;
  tool?: string[];
  description?: string;
}

const assistantList: ListView<PageJson & { assistants?: AssistantJson[] }, AssistantJson> = {
  method: doorMethods.listAssistants,
  itemsOf: (page) => page.assistants,
  columns: {
    name: ({ name }) => name,
    version: ({ version }) => version,
    model: ({ spec }) => spec?.model,
    collections: ({ spec }) => spec?.retrieval?.collections?.join(' '),
    changed: ({ updateTime }) => updateTime,
    description: ({ spec }) => spec?.description,
  },
};

/** Adds `weft assistants`. */
export function addAssistantsCommands(program: Command, context: CommandContext): void {
  const assistants = program.command('assistants').description('make and list assistants');
  assistants
    .command('create')
    .description('make an assistant, to be asked with `weft ask --assistant <name>`')
    .argument('<name>', 'its name: lower-case letters, digits, - and _')
    .option('--collection <name>', 'where it looks for passages; may be given several times', listOf)
    .option('--model <name>', 'the model that answers', 'default')
    .option('--tool <name>', 'a tool that its model may call; may be given several times', listOf)
    .option('--description <text>', 'what it is for')
    .action((name: string, options: CreateOptions, command: Command) =>
      createAssistant(context, command, name, options),
    );
  addListOptions(assistants.command('list').description('list assistants by name')).action(
    (_options: object, command: Command) => printList(context, command, assistantList),
  );
}

async function createAssistant(
  context: CommandContext,
  command: Command,
  name: string,
  { collection, model, tool, description }: CreateOptions,
): Promise<void> {
  const spec = {
    model,
    description,
    tools: tool,
    retrieval: collection && { collections: collection },
    memory: {},
  };
  await withDoor(context, command, async (client, signal) => {
    await client.call(doorMethods.createAssistant, { name, spec }, { signal });
    printLine(
      context.terminal.out,
      `The assistant '${printable(name)}' is there: weft ask "…" --assistant ${printable(name)}`,
    );
  });
}
