import { type Command, Option } from 'commander';
import { type PageJson, type RunJson } from '../door/door-answers';
import { doorMethods } from '../door/door-methods';
import { formatRun } from '../runs/format-run';
import { durationOf, enumWord, tokensOf } from '../runs/run-facts';
import { printLine } from '../terminal';
import { type CommandContext, withDoor } from './command-context';
import { addListOptions, type ListView, printList } from './list-command';

const states = ['running', 'completed', 'failed', 'cancelled'];

const runList: ListView<PageJson & { runs?: RunJson[] }, RunJson> = {
  method: doorMethods.listRuns,
  itemsOf: (page) => page.runs,
  columns: {
    id: ({ id }) => id,
    state: ({ state }) => enumWord(state, 'RUN_STATE_'),
    model: ({ model }) => model,
    tokens: tokensOf,
    duration: durationOf,
    began: ({ createTime }) => createTime,
    error: ({ error }) => error?.reason,
  },
};

/** Adds `weft runs`. */
export function addRunsCommands(program: Command, context: CommandContext): void {
  const runs = program
    .command('runs')
    .description('list, show and cancel runs: the records of chat requests');
  addListOptions(runs.command('list').description('list runs, newest first'), 20)
    .option('--assistant <name>', 'runs of this assistant alone')
    .addOption(new Option('--state <state>', 'runs that stand so alone').choices(states))
    .action((options: { assistant?: string; state?: string }, command: Command) => {
      const state = options.state === undefined ? undefined : `RUN_STATE_${options.state.toUpperCase()}`;
      return printList(context, command, runList, { assistant: options.assistant, state });
    });
  runs
    .command('show')
    .description('show a run with its steps, their timings and the passages that were cited')
    .argument('<id>', "the run's id")
    .option('--json', 'print it as JSON')
    .action((id: string, _options: object, command: Command) =>
      printRun(context, command, doorMethods.getRun, id),
    );
  runs
    .command('cancel')
    .description('cancel a run that runs; one that has ended is left as it is')
    .argument('<id>', "the run's id")
    .option('--json', 'print it as JSON')
    .action((id: string, _options: object, command: Command) =>
      printRun(context, command, doorMethods.cancelRun, id),
    );
}

async function printRun(
  context: CommandContext,
  command: Command,
  method: typeof doorMethods.getRun | typeof doorMethods.cancelRun,
  id: string,
): Promise<void> {
  const { json } = command.opts<{ json?: boolean }>();
  await withDoor(context, command, async (client, signal) => {
    const { run = {} } = await client.call<{ run?: RunJson }>(method, { id }, { signal });
    printLine(context.terminal.out, json ? JSON.stringify(run, undefined, 2) : formatRun(run));
  });
}
