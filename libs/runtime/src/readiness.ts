/** Throws when what it looks at cannot do its work now. */
export type ReadinessCheck = () => Promise<void>;

export interface Readiness {
  /** Adds a check of something that this process needs to be ready. */
  add(name: string, check: ReadinessCheck): void;
  /** From now on not ready. */
  close(): void;
  /** What is not ready, by name. */
  problems(): Promise<string[]>;
}

/** Probes must not become load: within this time they share one answer. */
const freshMs = 1000;
const checkTimeoutMs = 2000;

/** Makes a readiness without checks. */
export function createReadiness(options: { now?: () => number } = {}): Readiness {
  const now = options.now ?? Date.now;
  const checks = new Map<string, ReadinessCheck>();
  let closed = false;
  let last: { at: number; problems: Promise<string[]> } | undefined;
  const runChecks = async () => {
    const outcomes = await Promise.all(
      [...checks].map(async ([name, check]) => ((await passes(check)) ? [] : [name])),
    );
    return outcomes.flat();
  };
  return {
    add(name, check) {
      checks.set(name, check);
      last = undefined;
    },
    close: () => {
      closed = true;
    },
    problems() {
      if (closed) return Promise.resolve(['draining']);
      if (last === undefined || now() - last.at >= freshMs) last = { at: now(), problems: runChecks() };
      return last.problems;
    },
  };
}

async function passes(check: ReadinessCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), checkTimeoutMs);
  });
  try {
    return await Promise.race([check().then(() => true), tooLate]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
