import { common, type llm, type orchestrator } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { assistantTools, callTools } from './call-tools';
import { type ChatEvent, releasedText } from './chat-event';
import { type ChatRun } from './chat-run';
import { citePassages } from './cite-passages';
import { appendMemory, loadMemory } from './load-memory';
import { type ChatMode, modelTurn } from './model-turn';
import { choosePrompt, renderPrompt } from './render-prompt';
import { cacheKey, lookupAnswer, storeAnswer } from './response-cache';
import { screenInput } from './screen-input';
import { searchPassages } from './search-passages';

const modelCallsMaxDefault = 8;

/** What a run came to. */
export interface ChatAnswer {
  text: string;
  finishReason: common.FinishReason;
}

/**
 * The workflow of a chat: nothing reaches a model before the verdict on the input; what does not wait for another step
 * runs beside it. Yields text and tool calls; what is durable is written by whoever called.
 */
export async function* answerChat(
  run: ChatRun,
  mode: ChatMode,
): AsyncGenerator<ChatEvent, ChatAnswer, undefined> {
  const [asked, earlier, version, tools] = await Promise.all([
    screenInput(run),
    loadMemory(run),
    choosePrompt(run),
    assistantTools(run),
  ]);
  const conversation = [...earlier, ...asked];
  const key = await cacheKey(run, version, conversation);
  const searching = new AbortController();
  const search = searchPassages(searchingUntil(run, searching.signal), conversation);
  search.catch(() => undefined);

  const stored = key && (await lookupAnswer(run, key));
  if (stored !== undefined) {
    searching.abort();
    return yield* replay(run, asked, stored);
  }
  const passages = await search;
  const messages = await renderPrompt(run, version, conversation, passages);
  const answer = yield* modelTurns(run, mode, { messages, passages, tools });

  run.trace.citations = citePassages(answer.text, passages);
  await Promise.all([
    appendMemory(run, asked, answer.text),
    key && isWhole(answer.finishReason) ? storeAnswer(run, key, cacheable(run, answer)) : undefined,
  ]);
  return answer;
}

/** Search runs beside the look into the cache and ends when that has the answer. */
function searchingUntil(run: ChatRun, signal: AbortSignal): ChatRun {
  return { ...run, signal: AbortSignal.any([run.signal, signal]) };
}

async function* replay(
  run: ChatRun,
  asked: common.Message[],
  stored: orchestrator.ChatResponse,
): AsyncGenerator<ChatEvent, ChatAnswer, undefined> {
  const text = stored.message?.content ?? '';
  run.trace.cached = true;
  run.trace.citations = stored.citations;
  yield releasedText(run, text);
  await appendMemory(run, asked, text);
  return { text, finishReason: stored.finishReason };
}

interface TurnInput {
  messages: common.Message[];
  passages: common.Passage[];
  tools: common.ToolDefinition[];
}

/** Calls the model until it answers without asking for the assistant's tools. */
async function* modelTurns(
  run: ChatRun,
  mode: ChatMode,
  input: TurnInput,
): AsyncGenerator<ChatEvent, ChatAnswer, undefined> {
  const turnsMax = run.target.assistant?.spec?.maxModelCalls || modelCallsMaxDefault;
  const messages = [...input.messages];
  let text = '';
  for (let turn = 1; turn <= turnsMax; turn += 1) {
    const call = generateRequest(run, { ...input, messages }, turn === turnsMax);
    const result = yield* modelTurn(run, mode, call);
    text += result.text;
    if (result.finishReason !== common.FinishReason.TOOL_CALLS || run.target.assistant === undefined) {
      for (const [index, toolCall] of result.toolCalls.entries()) {
        yield { $case: 'toolCall', value: { call: toolCall, callerRuns: true, index } };
      }
      return { text, finishReason: result.finishReason };
    }
    for (const toolCall of result.toolCalls) {
      yield { $case: 'toolCall', value: { call: toolCall, callerRuns: false, index: 0 } };
    }
    messages.push(
      common.Message.fromPartial({
        role: common.Role.ASSISTANT,
        content: result.text,
        toolCalls: result.toolCalls,
      }),
      ...(await callTools(run, result.toolCalls)),
    );
  }
  throw new WeftError(
    'FAILED_PRECONDITION',
    'TOOL_LOOP_LIMIT',
    `The model still asked for tools after ${turnsMax} calls. Raise max_model_calls of the assistant, or give it fewer tools.`,
    { metadata: { max_model_calls: String(turnsMax) } },
  );
}

function generateRequest(
  run: ChatRun,
  { messages, passages, tools }: TurnInput,
  isLast: boolean,
): llm.GenerateRequest {
  const { request, target } = run;
  if (target.assistant === undefined) {
    const { toolChoice, toolName, parameters } = request;
    return {
      model: target.model,
      messages,
      tools: request.tools,
      toolChoice,
      toolName,
      parameters,
      passages: [],
    };
  }
  return {
    model: target.model,
    messages,
    tools,
    // The last call must end in an answer.
    toolChoice: isLast && tools.length > 0 ? common.ToolChoice.NONE : common.ToolChoice.UNSPECIFIED,
    toolName: '',
    parameters: { ...target.assistant.spec?.parameters, ...given(request.parameters) },
    passages,
  } as llm.GenerateRequest;
}

/** The parameters that a request sets itself. */
function given(parameters: common.GenerationParameters | undefined): Partial<common.GenerationParameters> {
  const entries = Object.entries(parameters ?? {});
  return Object.fromEntries(
    entries.filter(
      ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

/** Answers that were cut or filtered are never stored. */
function isWhole(finishReason: common.FinishReason): boolean {
  return finishReason === common.FinishReason.STOP;
}

function cacheable(run: ChatRun, answer: ChatAnswer): orchestrator.ChatResponse {
  return {
    runId: '',
    model: '',
    message: common.Message.fromPartial({ role: common.Role.ASSISTANT, content: answer.text }),
    finishReason: answer.finishReason,
    usage: undefined,
    citations: run.trace.citations,
    cached: true,
  };
}
