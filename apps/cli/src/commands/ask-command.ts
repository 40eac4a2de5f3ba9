import { type Command, Option } from 'commander';
import { ask, type AnswerForm } from '../ask/ask';
import { type CommandContext, withDoor } from './command-context';

interface AskOptions {
  assistant: string;
  model?: string;
  conversation?: string;
  stream: boolean;
  json?: boolean;
}

/** Adds `weft ask`. */
export function addAskCommand(program: Command, context: CommandContext): void {
  program
    .command('ask')
    .description(
      'ask an assistant about its documents, or a model; the answer comes with the passages that it cites',
    )
    .argument('<question>', 'what to ask')
    .option('--assistant <name>', 'the assistant, or <name>@<version>', 'docs')
    .addOption(new Option('--model <name>', 'a model without an assistant').conflicts('assistant'))
    .option('--conversation <id>', 'the conversation that this belongs to, for assistants with memory')
    .option('--no-stream', 'print the answer when it is whole')
    .option('--json', 'print the whole answer as the HTTP API gives it')
    .addHelpText('after', '\nExample: weft ask "How do I start weft?" --assistant docs')
    .action(async (question: string, options: AskOptions, command: Command) => {
      const asked = {
        question,
        model: options.model ?? `assistant:${options.assistant}`,
        conversationId: options.conversation,
      };
      await withDoor(context, command, (client, signal) =>
        ask(client, context.terminal, asked, { form: formOf(options), signal }),
      );
    });
}

function formOf({ json, stream }: AskOptions): AnswerForm {
  if (json) return 'json';
  return stream ? 'stream' : 'whole';
}
