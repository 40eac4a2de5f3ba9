import { type Answer, type Door, type DoorAnswer, post } from '../door';

const retryDelayMs = 200;
const answerMsMax = 30_000;

/** Posts JSON; undefined when no whole answer came. */
export async function tryPost(door: Door, path: string, body: unknown): Promise<DoorAnswer | undefined> {
  try {
    const answer = await post(door, path, body, { signal: AbortSignal.timeout(answerMsMax) });
    return answer.body === undefined ? undefined : answer;
  } catch {
    return undefined;
  }
}

/** Posts until it is answered well; rejects when that takes too long. */
export async function postUntilOk(
  door: Door,
  path: string,
  body: unknown,
  withinMs = 60_000,
): Promise<Answer> {
  const endsAt = performance.now() + withinMs;
  for (;;) {
    const answer = await tryPost(door, path, body);
    if (answer?.status === 200) return answer.body;
    if (performance.now() > endsAt)
      throw new Error(`${path} was not answered in ${withinMs} ms: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, retryDelayMs));
  }
}

/** All items of a list, page by page. */
export async function listAll(
  door: Door,
  path: string,
  request: object,
  itemsOf: (body: Answer) => Answer[] | undefined,
): Promise<Answer[]> {
  const all: Answer[] = [];
  let pageToken = '';
  do {
    const body = await postUntilOk(door, path, { ...request, pageSize: 200, pageToken });
    all.push(...(itemsOf(body) ?? []));
    pageToken = body.nextPageToken ?? '';
  } while (pageToken !== '');
  return all;
}
