import { common, memory } from '@weft/contracts';
import { type ChatRun, stepCall } from './chat-run';

const maxTokensDefault = 2000;

/** The earlier messages of the conversation that fit; none when the run belongs to no conversation. */
export async function loadMemory(run: ChatRun): Promise<common.Message[]> {
  const { conversationId } = run.request;
  if (conversationId === '') return [];
  return await run.trace.step('load_memory', async (attributes) => {
    const maxTokens = run.target.assistant?.spec?.memory?.maxTokens || maxTokensDefault;
    const window = await run.peers
      .client(memory.ConversationServiceDefinition)
      .getWindow({ conversationId, maxTokens }, stepCall(run));
    attributes['messages'] = String(window.messages.length);
    attributes['tokens'] = String(window.tokenCount);
    return window.messages.map(({ message }) => message!);
  });
}

/** Appends what was asked and answered; a repetition of the same run appends nothing. */
export async function appendMemory(run: ChatRun, asked: common.Message[], answer: string): Promise<void> {
  const { conversationId } = run.request;
  if (conversationId === '') return;
  await run.trace.step('append_memory', async () => {
    await run.peers.client(memory.ConversationServiceDefinition).appendMessages(
      {
        conversationId,
        messages: [...asked, { role: common.Role.ASSISTANT, content: answer }],
        runId: run.trace.id,
        idempotencyKey: run.trace.id,
      },
      stepCall(run),
    );
  });
}
