import { type Command, Option } from 'commander';
import { ask, type AnswerForm } from '../ask/ask';
import { UsageError } from '../usage-error';
import { type CommandContext, withDoor } from './command-context';

/** What the HTTP API takes as a body, nearly. */
const questionBytesMax = 3_500_000;

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
    .argument('<question>', 'what to ask; - reads it from standard input')
    .option('--assistant <name>', 'the assistant, or <name>@<version>', 'docs')
    .addOption(new Option('--model <name>', 'a model without an assistant').conflicts('assistant'))
    .option('--conversation <id>', 'the conversation that this belongs to, for assistants with memory')
    .option('--no-stream', 'print the answer when it is whole')
    .option('--json', 'print the whole answer as the HTTP API gives it')
    .addHelpText('after', '\nExample: weft ask "How do I start weft?" --assistant docs')
    .action(async (argument: string, options: AskOptions, command: Command) => {
      const asked = {
        question: await readQuestion(argument),
        model: options.model ?? `assistant:${options.assistant}`,
        conversationId: options.conversation,
      };
      await withDoor(context, command, (client, signal) =>
        ask(client, context.terminal, asked, { form: formOf(options), signal }),
      );
    });
}

/** @throws UsageError when there is nothing to ask, or too much */
async function readQuestion(argument: string): Promise<string> {
  const question = argument === '-' ? await readStandardInput() : argument;
  if (question.trim() === '')
    throw new UsageError('The question is empty. Example: weft ask "How do I start?"');
  return question;
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > questionBytesMax)
      throw new UsageError(`Standard input has more than ${questionBytesMax} bytes, the longest question.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function formOf({ json, stream }: AskOptions): AnswerForm {
  if (json) return 'json';
  return stream ? 'stream' : 'whole';
}
