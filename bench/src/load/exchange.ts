import { type Endpoint } from '../system/system-under-test';
import { type ScriptedModel } from '../system/chat-scripts';

/** Reads one answer as it comes, and judges it. */
export interface AnswerReader {
  /** @returns whether this piece has the first token of the answer */
  data(chunk: Buffer): boolean;
  /** @returns what is wrong with the whole answer; undefined when nothing is */
  end(status: number): string | undefined;
}

/** A request that is sent again and again, and how its answers are read. */
export interface Exchange {
  path: string;
  headers: Record<string, string>;
  body: string;
  openReader(): AnswerReader;
}

/** A chat request that is answered whole. */
export function wholeChat(endpoint: Endpoint, scripted: ScriptedModel): Exchange {
  return chatExchange(endpoint, scripted, {}, () => wholeReader(scripted));
}

/** A chat request that is answered as a stream. */
export function streamedChat(endpoint: Endpoint, scripted: ScriptedModel): Exchange {
  return chatExchange(endpoint, scripted, { stream: true }, () => streamReader(scripted));
}

function chatExchange(
  { apiKey }: Endpoint,
  { model }: ScriptedModel,
  extra: object,
  openReader: Exchange['openReader'],
): Exchange {
  const messages = [
    { role: 'system', content: 'Answer from the documents. Say so when they do not have the answer.' },
    { role: 'user', content: 'How does weft cite the passages that an answer rests on?' },
  ];
  return {
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ model, messages, ...extra }),
    openReader,
  };
}

function wholeReader({ answer }: ScriptedModel): AnswerReader {
  const chunks: Buffer[] = [];
  return {
    data: (chunk) => chunks.push(chunk) === 1,
    end(status) {
      const text = Buffer.concat(chunks).toString();
      if (status !== 200) return `status ${status}: ${text.slice(0, 300)}`;
      const { choices } = JSON.parse(text) as { choices?: { message?: { content?: string } }[] };
      return choices?.[0]?.message?.content === answer ? undefined : `another answer: ${text.slice(0, 300)}`;
    },
  };
}

/** The answers have no characters that JSON would escape: what stands between the quotes is the text. */
function streamReader({ answer }: ScriptedModel): AnswerReader {
  let text = '';
  let begun = false;
  return {
    data(chunk) {
      text += chunk.toString('latin1');
      // A first chunk may name the role alone, with an empty text.
      if (begun || !/"content":"[^"]/.test(text)) return false;
      begun = true;
      return true;
    },
    end(status) {
      if (status !== 200) return `status ${status}: ${text.slice(0, 300)}`;
      if (!text.endsWith('data: [DONE]\n\n'))
        return `a stream without [DONE] at its end: …${text.slice(-300)}`;
      const pieces = text.matchAll(/"content":"([^"]*)"/g);
      const whole = Array.from(pieces, ([, piece]) => piece).join('');
      return whole === answer ? undefined : `another answer: ${whole.slice(0, 300)}`;
    },
  };
}
