import { type Command } from 'commander';
import { formatTable } from '../table';
import { printableLine, printLine } from '../terminal';
import { type CommandContext, withDoor } from './command-context';

interface ModelList {
  data?: { id: string; owned_by: string }[];
}

/** Adds `weft models`. */
export function addModelsCommand(program: Command, context: CommandContext): void {
  program
    .command('models')
    .description('list what a request can name as its model: models and assistants')
    .option('--json', 'print them as JSON, one in a line')
    .action((options: { json?: boolean }, command: Command) =>
      withDoor(context, command, async (client, signal) => {
        const { data = [] } = await client.get<ModelList>('/v1/models', { signal });
        const rows = data.map(({ id, owned_by: owner }) => [printableLine(id), printableLine(owner)]);
        const lines = options.json
          ? data.map((model) => JSON.stringify(model))
          : [formatTable(['name', 'served by'], rows)];
        for (const line of lines) printLine(context.terminal.out, line);
      }),
    );
}
