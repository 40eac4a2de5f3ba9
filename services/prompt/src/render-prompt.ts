import { type common } from '@weft/contracts';
import { invalidField, invalidFields, type WeftError } from '@weft/errors';
import { LiquidError } from 'liquidjs';
import { type CompiledPrompt, liquid } from './compile-prompt';
import { TimeLimitExceeded, type WithinTime } from './time-limit';

/** How long the rendered messages may be together, in UTF-16 code units: what a message may hold. */
const renderedLengthMax = 1_000_000;
/** How many values variables may hold, the nested ones included: checking them takes time, in bad cases the square of it. */
const variableValuesMax = 10_000;

/** A message as it was rendered. */
export interface RenderedMessage {
  role: common.Role;
  content: string;
}

/**
 * Holds the variables against the schema and fills the templates.
 *
 * @throws WeftError INVALID_ARGUMENT naming each `variables.<path>` that the schema refuses or that a template misses, or `variables` when
 *   they are too many or make the prompt too long
 */
export function renderPrompt(
  compiled: CompiledPrompt,
  variables: Record<string, unknown>,
  withinTime: WithinTime,
): RenderedMessage[] {
  if (!hasAtMost(variableValuesMax, variables))
    throw invalidField('variables', `must hold at most ${variableValuesMax} values`);
  try {
    return withinTime(() => render(compiled, variables));
  } catch (error) {
    if (!(error instanceof TimeLimitExceeded)) throw error;
    throw invalidField(
      'variables',
      `take longer than ${error.timeoutMs} ms to render; send fewer or shorter ones`,
      'RENDER_TOO_SLOW',
    );
  }
}

function render(compiled: CompiledPrompt, variables: Record<string, unknown>): RenderedMessage[] {
  const violations = compiled.schema.violationsOf(variables);
  if (violations.length > 0) throw invalidFields(violations);
  const rendered: RenderedMessage[] = [];
  let length = 0;
  for (const [index, { role, templates }] of compiled.messages.entries()) {
    const content = fill(index, () => String(liquid.renderSync(templates, variables)));
    length += content.length;
    if (length > renderedLengthMax) throw tooLong();
    rendered.push({ role, content });
  }
  return rendered;
}

function fill(index: number, work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (!LiquidError.is(error)) throw error;
    throw renderProblem(index, error as LiquidError);
  }
}

/** The engine's own messages may quote values of variables, so none of them is passed on. */
function renderProblem(index: number, error: LiquidError): WeftError {
  const line = error.token.getPosition()[0];
  const cause = error.originalError as (Error & { variableName?: string }) | undefined;
  if (cause?.variableName !== undefined) {
    return invalidField(
      `variables.${cause.variableName}`,
      `must be set: line ${line} of messages[${index}].template uses it`,
    );
  }
  if (/^memory alloc limit exceeded/.test(error.message)) return tooLong();
  return invalidField('variables', `do not suit line ${line} of messages[${index}].template`);
}

function tooLong(): WeftError {
  return invalidField(
    'variables',
    `make the prompt longer than ${renderedLengthMax} characters`,
    'PROMPT_TOO_LONG',
  );
}

function hasAtMost(limit: number, value: unknown): boolean {
  const waiting = [value];
  let count = 0;
  while (waiting.length > 0) {
    const item = waiting.pop();
    count += 1;
    if (count > limit) return false;
    if (typeof item === 'object' && item !== null)
      for (const inner of Object.values(item)) waiting.push(inner);
  }
  return true;
}
