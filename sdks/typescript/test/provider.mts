import { setTimeout as sleep } from 'node:timers/promises';

const url = process.env['WEFT_PROVIDER_URL']!;

/** Scripts the next chat answer. */
export async function script(nextAnswer: object): Promise<void> {
  await send('POST', '/__fake/scripts', { enqueue: [nextAnswer] });
}

/** Forgets scripts and requests. */
export async function forget(): Promise<void> {
  await send('DELETE', '/__fake/scripts');
  await send('DELETE', '/__fake/requests');
}

/** Whether a chat request ends so within 10 seconds. */
export async function outcomeComes(outcome: string): Promise<boolean> {
  const end = Date.now() + 10_000;
  while (Date.now() < end) {
    const answer = await send('GET', '/__fake/requests');
    const requests = (Array.isArray(answer) ? answer : answer.requests) as {
      path: string;
      outcome: string;
    }[];
    if (requests.some((seen) => seen.path.endsWith('/chat/completions') && seen.outcome === outcome))
      return true;
    await sleep(20);
  }
  return false;
}

async function send(method: string, path: string, body?: object) {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...init,
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  const content = await answer.text();
  return content === '' ? undefined : JSON.parse(content);
}
