import { common, prompt } from '@weft/contracts';
import { type ChatRun, lastQuestion, stepCall } from './chat-run';
import { defaultInstructions, passagesText } from './default-prompt';

const labelDefault = 'production';

/** Finds the version of the assistant's prompt that this run uses; undefined when it has the built-in one. */
export async function choosePrompt(run: ChatRun): Promise<prompt.PromptVersion | undefined> {
  const reference = run.target.assistant?.spec?.prompt;
  if (reference === undefined) return undefined;
  return await run.trace.step('choose_prompt', async (attributes) => {
    const { version } = await run.peers
      .client(prompt.PromptServiceDefinition)
      .getPromptVersion(
        { prompt: reference.name, version: reference.version, label: reference.label || labelDefault },
        stepCall(run),
      );
    run.trace.prompt = { name: version!.prompt, version: version!.version, digest: version!.digest };
    attributes['prompt'] = `${version!.prompt}@${version!.version}`;
    return version;
  });
}

/**
 * The messages for the model: the prompt, what memory holds, and the conversation. A prompt with a message of the user takes
 * the place of the last question, which it is given as `question`; the passages are `context`.
 */
export async function renderPrompt(
  run: ChatRun,
  version: prompt.PromptVersion | undefined,
  conversation: common.Message[],
  passages: common.Passage[],
): Promise<common.Message[]> {
  if (run.target.assistant === undefined) return conversation;
  if (version === undefined) {
    const instructions = defaultInstructions(run.target.assistant, passages);
    return instructions === undefined ? conversation : [instructions, ...conversation];
  }
  const rendered = await run.trace.step('render_prompt', () =>
    run.peers.client(prompt.PromptServiceDefinition).renderPrompt(
      {
        prompt: version.prompt,
        version: version.version,
        variables: variablesFor(run, version, conversation, passages),
      },
      stepCall(run),
    ),
  );
  const asks = rendered.messages.some(({ role }) => role === common.Role.USER);
  return asks
    ? [...withoutLastQuestion(conversation, rendered.messages), ...rendered.messages.filter(notSystem)]
    : [...rendered.messages, ...conversation];
}

/** weft's own variables are given to the prompts that declare them: a strict schema refuses what it does not know. */
function variablesFor(
  run: ChatRun,
  version: prompt.PromptVersion,
  conversation: common.Message[],
  passages: common.Passage[],
): Record<string, unknown> {
  const schema = JSON.parse(version.variablesSchemaJson || '{}') as { properties?: Record<string, unknown> };
  const own = { context: passagesText(passages), question: lastQuestion(conversation, common.Role.USER) };
  const declared = Object.entries(own).filter(([name]) => Object.hasOwn(schema.properties ?? {}, name));
  return { ...run.request.variables, ...Object.fromEntries(declared) };
}

function withoutLastQuestion(conversation: common.Message[], rendered: common.Message[]): common.Message[] {
  const last = conversation.findLastIndex(({ role }) => role === common.Role.USER);
  return [
    ...rendered.filter((message) => !notSystem(message)),
    ...conversation.filter((_, index) => index !== last),
  ];
}

function notSystem({ role }: common.Message): boolean {
  return role !== common.Role.SYSTEM;
}
