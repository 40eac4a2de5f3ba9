/** The HTTP door of a weft. */
export interface Door {
  httpUrl: string;
  adminKey: string;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a black box: who reads an answer says what is in it
export type Answer = any;

const retryDelayMs = 200;

/** Posts JSON; undefined when no whole answer came. */
export async function post(
  { httpUrl, adminKey }: Door,
  path: string,
  body: unknown,
  options: { headers?: Record<string, string>; timeoutMs?: number } = {},
): Promise<{ status: number; body: Answer } | undefined> {
  try {
    const response = await fetch(`${httpUrl}/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${adminKey}`,
        'content-type': 'application/json',
        ...options.headers,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(options.timeoutMs ?? 30_000),
    });
    return { status: response.status, body: JSON.parse(await response.text()) as unknown };
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
    const answer = await post(door, path, body);
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
