import { type RunJson, type RunStepJson } from '../door/door-answers';
import { formatTable } from '../table';
import { printableLine } from '../terminal';
import { durationMs, durationOf, enumWord, formatMs, tokensOf } from './run-facts';

/** A run for people: its facts, then its steps, then the passages that its answer cites. */
export function formatRun(run: RunJson): string {
  const facts = Object.entries(factsOf(run)).filter(([, value]) => value !== '');
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, value]) => `${name.padEnd(width)}  ${printableLine(value)}`);
  const { steps = [], citations = [] } = run;
  if (steps.length > 0) lines.push('', formatTable(['step', 'began', 'took', 'facts'], steps.map(stepRow)));
  if (citations.length > 0) lines.push('', ...citations.map(({ passage }) => citationLine(passage)));
  return lines.join('\n');
}

function factsOf(run: RunJson): Record<string, string> {
  const firstTokenMs = durationMs(run.timeToFirstToken);
  return {
    run: run.id ?? '',
    state: enumWord(run.state, 'RUN_STATE_'),
    model: run.model ?? '',
    assistant: versioned(run.assistant, run.assistantVersion),
    prompt: versioned(run.prompt, run.promptVersion),
    conversation: run.conversationId ?? '',
    'ended by': enumWord(run.finishReason, 'FINISH_REASON_'),
    error: run.error === undefined ? '' : `${run.error.reason ?? ''}: ${run.error.message ?? ''}`,
    tokens: tokensOf(run),
    cached: run.cached ? 'yes' : '',
    began: run.createTime ?? '',
    took: durationOf(run),
    'first token': firstTokenMs === undefined ? '' : `after ${formatMs(firstTokenMs)}`,
    request: run.requestId ?? '',
    key: run.apiKeyId ?? '',
  };
}

function versioned(name: string | undefined, version: number | undefined): string {
  return name === undefined ? '' : `${name}@${version ?? 0}`;
}

function stepRow({ name = '', startOffset, duration, attributes = {}, error }: RunStepJson): string[] {
  const facts = Object.entries(attributes).map(([key, value]) => `${key}=${value}`);
  if (error !== undefined) facts.push(`error=${error.reason ?? ''}`);
  return [
    printableLine(name),
    formatMs(durationMs(startOffset) ?? 0),
    formatMs(durationMs(duration) ?? 0),
    printableLine(facts.join(' ')),
  ];
}

type Passage = NonNullable<RunJson['citations']>[number]['passage'];

function citationLine(passage: Passage): string {
  const { number = 0, title = '', uri = '', startOffset = 0, endOffset = 0 } = passage ?? {};
  return printableLine(`[${number}] ${title === '' ? '' : `${title} — `}${uri}:${startOffset}-${endOffset}`);
}
