import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { addAskCommand } from './commands/ask-command';
import { addAssistantsCommands } from './commands/assistants-commands';
import { addCollectionsCommands } from './commands/collections-commands';
import { type CommandContext } from './commands/command-context';
import { addDocumentsCommands } from './commands/documents-commands';
import { addIngestCommand } from './commands/ingest-command';
import { addIngestionsCommands } from './commands/ingestions-commands';
import { addKeysCommands } from './commands/keys-commands';
import { addModelsCommand } from './commands/models-command';
import { addRunsCommands } from './commands/runs-commands';
import { addUsageCommand } from './commands/usage-command';

const environmentHelp = `
Settings from the environment, which the options go before:
  WEFT_URL       the address of weft's HTTP door (http://127.0.0.1:8080)
  WEFT_API_KEY   the API key; without it, the first key of a standalone on this machine
  WEFT_DATA_DIR  the data folder in which that first key is (.weft)

Exit codes: 0 done, 1 failed, 2 wrong command line or settings, 128 + n ended by signal n.`;

/** The command with all its subcommands. It throws CommanderError rather than end the process. */
export function createProgram(context: CommandContext): Command {
  const { out, error } = context.terminal;
  const program = new Command('weft')
    .description('Talks to a running weft: ingests documents, asks, manages keys, shows runs and usage.')
    .version(packageVersion(), '--version', 'print the version')
    .option('--url <url>', "the address of weft's HTTP door")
    .option('--key <key>', 'the API key; others on this machine may see it, so prefer WEFT_API_KEY')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void out.write(text),
      writeErr: (text) => void error.write(text),
    })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help shows how it is used)')
    .addHelpText('after', environmentHelp);
  addIngestCommand(program, context);
  addIngestionsCommands(program, context);
  addAskCommand(program, context);
  addAssistantsCommands(program, context);
  addKeysCommands(program, context);
  addRunsCommands(program, context);
  addUsageCommand(program, context);
  addCollectionsCommands(program, context);
  addDocumentsCommands(program, context);
  addModelsCommand(program, context);
  return program;
}

function packageVersion(): string {
  const text = readFileSync(join(__dirname, '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
