import { type Script, type ScriptDocument } from './script';

/** A script that is not one; the message names the field. */
export class BadScriptError extends Error {
  override readonly name = 'BadScriptError';
}

type Check = (value: unknown, path: string) => void;

/** Checks that a value from outside is a script. Unknown fields are refused, so that a typing error is not a silent default. */
export function parseScript(value: unknown, path = 'script'): Script {
  object(scriptFields)(value, path);
  return value as Script;
}

/** Checks that a value from outside is a document of scripts. */
export function parseScriptDocument(value: unknown): ScriptDocument {
  object({ enqueue: list(script), default: script, named: dictionary(script) })(value, 'document');
  return value as ScriptDocument;
}

const script: Check = (value, path) => void parseScript(value, path);
const text = kind('text', (value) => typeof value === 'string');
const flag = kind('true or false', (value) => typeof value === 'boolean');
const anything: Check = () => undefined;
const count = kind('a whole number from 0', (value) => Number.isSafeInteger(value) && (value as number) >= 0);
const positive = kind(
  'a whole number from 1',
  (value) => Number.isSafeInteger(value) && (value as number) > 0,
);
const point = kind(
  "'headers' or a number of tokens",
  (value) => value === 'headers' || (Number.isSafeInteger(value) && (value as number) >= 0),
);

const scriptFields: Record<string, Check> = {
  endpoint: oneOf('chat', 'embeddings', 'models'),
  text: either(text, list(text)),
  echo: flag,
  repeat: count,
  toolCalls: list(object({ id: text, name: text, arguments: anything }, ['name', 'arguments'])),
  toolCallPieceLength: positive,
  finishReason: kind('text or null', (value) => value === null || typeof value === 'string'),
  usage: either(
    oneOf('exact', 'missing'),
    object({ promptTokens: count, completionTokens: count, cachedTokens: count, reasoningTokens: count }),
  ),
  delayBeforeHeadersMs: count,
  delayBeforeFirstTokenMs: count,
  delayBetweenTokensMs: count,
  stall: object({ at: point, commentIntervalMs: positive }, ['at']),
  cut: object({ at: point, how: oneOf('end', 'mid-line', 'fin', 'reset') }, ['at', 'how']),
  error: object(
    {
      status: kind(
        'a status from 400 to 599',
        (value) => Number.isInteger(value) && Number(value) >= 400 && Number(value) < 600,
      ),
      message: text,
      type: text,
      code: text,
      retryAfter: either(count, text),
      body: text,
    },
    ['status'],
  ),
  errorEvent: object({ at: count, message: text, type: text, code: text }, ['at']),
  badJson: object({ at: count }, ['at']),
  framing: object({
    lineEnding: oneOf('lf', 'crlf', 'cr'),
    lastNewline: flag,
    done: flag,
    chunkBytes: positive,
  }),
};

function kind(description: string, matches: (value: unknown) => boolean): Check {
  return (value, path) => {
    if (!matches(value)) throw new BadScriptError(`${path} must be ${description}`);
  };
}

function oneOf(...values: string[]): Check {
  return kind(`one of ${values.join(', ')}`, (value) => values.includes(value as string));
}

function either(first: Check, second: Check): Check {
  return (value, path) => {
    try {
      first(value, path);
    } catch {
      second(value, path);
    }
  };
}

function list(item: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) throw new BadScriptError(`${path} must be a list`);
    value.forEach((entry, index) => item(entry, `${path}[${index}]`));
  };
}

function dictionary(item: Check): Check {
  return (value, path) => {
    for (const [key, entry] of entriesOf(value, path)) item(entry, `${path}.${key}`);
  };
}

function object(fields: Record<string, Check>, required: string[] = []): Check {
  return (value, path) => {
    for (const [key, entry] of entriesOf(value, path)) {
      const check = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (!check)
        throw new BadScriptError(`${path}.${key} is not known; known are ${Object.keys(fields).join(', ')}`);
      check(entry, `${path}.${key}`);
    }
    for (const key of required) {
      if (!Object.hasOwn(value as object, key)) throw new BadScriptError(`${path}.${key} is missing`);
    }
  };
}

function entriesOf(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadScriptError(`${path} must be an object`);
  }
  return Object.entries(value);
}
