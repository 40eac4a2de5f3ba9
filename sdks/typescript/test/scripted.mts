// The scripted server: what an honest weft does not do, named by the model of the request.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { orchestrator, Weft, type WeftOptions } from '@weft/sdk';

export const address = process.env['WEFT_SCRIPTED_ADDRESS']!;
export const key = 'weft_of_the_tests';

/** What the server tells of a call. */
export interface Seen {
  authorization: string;
  deadlineMs: number;
  userAgent: string;
  attempts: number;
  openStreams: number;
}

type Chat = ReturnType<typeof chatService>['chat'];
type Options = { content?: string; user?: string } & Parameters<Chat>[1];

export function connect(options: WeftOptions = {}): Weft {
  return new Weft(address, key, { timeoutMs: 30_000, plaintext: true, ...options });
}

/** The text of a whole answer. */
export async function chat(weft: Weft, model: string, options: Options = {}): Promise<string> {
  const { content = 'Hello', user = '', ...callOptions } = options;
  const request = { model, user, messages: [{ content }] };
  return (await chatService(weft).chat(request, callOptions)).message?.content ?? '';
}

export async function seenByTheServer(weft: Weft, options: Options = {}): Promise<Seen> {
  return JSON.parse(await chat(weft, 'mirror', options)) as Seen;
}

export async function textOf(stream: ReturnType<Weft['streamChat']>): Promise<string> {
  let text = '';
  for await (const { event } of stream) if (event.case === 'text') text += event.value.text;
  return text;
}

/** Calls of one user are counted together. */
export const newUser = () => randomUUID();

/** Whether it comes to hold within 10 seconds. */
export async function comesTrue(holds: () => Promise<boolean> | boolean): Promise<boolean> {
  const end = Date.now() + 10_000;
  while (Date.now() < end) {
    if (await holds()) return true;
    await sleep(20);
  }
  return false;
}

function chatService(weft: Weft) {
  return weft.service(orchestrator.ChatService);
}
