import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { statusDetails } from './status-details.mjs';

/** Streams that keep the contract, and every way to break it. All SDKs' tests read the same list. */
const scenarios = JSON.parse(readFileSync(join(import.meta.dirname, 'stream-scenarios.json'), 'utf8'));

/** What a refusal says, as a status and as an event. */
const refusal = {
  code: 8,
  reason: 'RATE_LIMITED',
  message: 'Slow down.',
  metadata: { limit: '5' },
  retry_delay: { seconds: 1, nanos: 500_000_000 },
};

/**
 * A ChatService that does what the request's `model` names: a scenario, or one of those below. `faults` are those of the relay that
 * connections come through.
 *
 * Calls of one `user` are counted together, so that tests do not see each other.
 */
export function scriptedChat(grpc, faults) {
  const attempts = new Map();
  const openStreams = new Map();
  const count = (counts, user, by) => counts.set(user, (counts.get(user) ?? 0) + by);

  /** What the server sees of a call. */
  const seen = (call, { user }) =>
    JSON.stringify({
      authorization: call.metadata.get('authorization')[0] ?? null,
      deadlineMs: call.getDeadline() - Date.now(),
      userAgent: call.metadata.get('user-agent')[0] ?? null,
      attempts: attempts.get(user) ?? 0,
      openStreams: openStreams.get(user) ?? 0,
    });
  const refuse = () => {
    const metadata = new grpc.Metadata();
    metadata.set('grpc-status-details-bin', statusDetails(refusal));
    return { code: refusal.code, details: refusal.message, metadata };
  };

  /** What comes for a call that has one answer. */
  const answers = {
    mirror: (call) => [seen(call, call.request)],
    echo: ({ request }) => [request.messages.at(-1).content],
    nothing: () => [],
    twice: () => ['once', 'twice'],
    silent: () => undefined,
    refusal: () => {
      throw refuse();
    },
    unavailable: () => {
      throw { code: grpc.status.UNAVAILABLE, details: 'Not now.' };
    },
    cancelled: () => {
      throw { code: grpc.status.CANCELLED, details: 'Over.' };
    },
  };
  const streams = {
    /** The text is what the server sees. */
    mirror: (call, request) => stream(call, ['started', `text:${seen(call, request)}`, 'completed']),
    /** The text is the question's, word by word. */
    echo: async (call, { messages }) => {
      for (const [index, word] of messages.at(-1).content.split(' ').entries()) {
        call.write(event({ sequence: index + 1, kind: 'text', text: word }));
        await setImmediate();
      }
      const sequence = messages.at(-1).content.split(' ').length + 1;
      call.write(event({ sequence, kind: 'completed' }));
      call.end();
    },
    /** Never ends by itself. */
    endless: async (call, { user }) => {
      count(openStreams, user, 1);
      call.once('cancelled', () => count(openStreams, user, -1));
      for (let sequence = 1; !call.cancelled; sequence += 1) {
        call.write(event({ sequence, kind: 'text', text: 'word ' }));
        await sleep(2);
      }
    },
    /** The connection goes silent after some text. */
    silence: (call) => stream(call, ['started', 'text:Half'], 'silence'),
  };
  for (const { name, sends, then } of scenarios) streams[name] = (call) => stream(call, sends, then);

  async function stream(call, sends, then = 'end') {
    for (const [index, sent] of sends.entries()) call.write(event(parse(sent, index + 1)));
    if (then === 'end') call.end();
    else if (then === 'refuse') call.emit('error', refuse());
    else {
      // Time to read what was written. Who is slower loses some of it, and `mayReadLess` of the scenario allows that.
      await sleep(50);
      faults[then](Number(call.getPeer().split(':').at(-1)));
    }
  }

  return {
    Chat: (call) => {
      const { model, user } = call.request;
      count(attempts, user, 1);
      try {
        const contents = answers[model](call);
        for (const content of contents ?? [])
          call.write({ model, message: { role: 'ROLE_ASSISTANT', content } });
        if (contents !== undefined) call.end();
      } catch (error) {
        call.emit('error', error);
      }
    },
    StreamChat: (call) => {
      const request = call.request.call;
      count(attempts, request.user, 1);
      streams[request.model](call, request).catch((error) => call.emit('error', error));
    },
  };
}

/** `3:text:word`, or without a number the event's place in the stream. */
function parse(sent, place) {
  const [, number, kind, text] = /^(?:(\d+):)?([a-z]+)(?::(.*))?$/s.exec(sent);
  return { sequence: number === undefined ? place : Number(number), kind, text };
}

/** An event of a kind that the contract does not have is to its readers an event without content. */
function event({ sequence, kind, text }) {
  const contents = {
    started: { started: { run_id: 'run' } },
    text: { text: { text } },
    heartbeat: { heartbeat: {} },
    completed: { completed: { finish_reason: 'FINISH_REASON_STOP', usage: { output_tokens: 3 } } },
    failed: { failed: { error: refusal, usage: { output_tokens: 3 } } },
    unknown: {},
  };
  return { sequence, ...contents[kind] };
}
