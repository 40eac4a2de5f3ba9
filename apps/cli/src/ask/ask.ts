import { type DoorClient } from '../door/door-client';
import { printable, printLine, type Terminal } from '../terminal';
import { type AnswerEnd, chatBody, type ChatQuestion, type WholeAnswer } from './chat-answer';
import { formatCitations } from './format-citations';
import { readChatStream } from './read-chat-stream';

/** A chat may take as long as its deadline in the contract. */
const chatTimeoutMs = 600_000;

/** How an answer is shown. */
export type AnswerForm = 'stream' | 'whole' | 'json';

/** Asks, and prints the answer with the passages that it cites. */
export async function ask(
  client: DoorClient,
  terminal: Terminal,
  asked: ChatQuestion,
  options: { form: AnswerForm; signal: AbortSignal },
): Promise<void> {
  const { form, signal } = options;
  if (form === 'stream') {
    const body = await client.stream('/v1/chat/completions', chatBody(asked, true), { signal });
    printEnd(terminal, await printStream(body, terminal));
    return;
  }
  const answer = await client.post<WholeAnswer>('/v1/chat/completions', chatBody(asked, false), {
    signal,
    timeoutMs: chatTimeoutMs,
  });
  if (form === 'json') {
    printLine(terminal.out, JSON.stringify(answer, undefined, 2));
    return;
  }
  const choice = answer.choices?.[0];
  printLine(terminal.out, printable(choice?.message?.content ?? ''));
  printEnd(terminal, { finishReason: choice?.finish_reason ?? '', weft: answer.weft ?? {} });
}

/** What was printed of an answer that breaks off ends with a line break, so that the error stands on a line of its own. */
async function printStream(body: AsyncIterable<Uint8Array>, terminal: Terminal): Promise<AnswerEnd> {
  let printed = '';
  try {
    return await readChatStream(body, (text) => {
      printed = printable(text) || printed;
      terminal.out.write(printable(text));
    });
  } finally {
    if (printed !== '' && !printed.endsWith('\n')) printLine(terminal.out);
  }
}

const notes: Record<string, string> = {
  length: 'The answer reached its limit of tokens and is cut there.',
  content_filter: 'A safety policy ended the answer.',
};

function printEnd(terminal: Terminal, { finishReason, weft }: AnswerEnd): void {
  const { citations = [] } = weft;
  if (citations.length > 0) printLine(terminal.out, `\n${formatCitations(citations)}`);
  if (finishReason in notes) printLine(terminal.error, `weft: ${notes[finishReason]}`);
}
