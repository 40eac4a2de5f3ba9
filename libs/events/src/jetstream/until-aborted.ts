/** What the promise brings, or undefined once the signal is aborted, whichever is first. Leaves nothing behind on the signal. */
export async function untilAborted<T>(signal: AbortSignal, promise?: Promise<T>): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const onAbort = () => resolve(undefined);
  signal.addEventListener('abort', onAbort);
  try {
    return await (promise ? Promise.race([promise, aborted]) : aborted);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
