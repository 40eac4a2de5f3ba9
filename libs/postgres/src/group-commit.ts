/** How to write what was grouped. */
export interface GroupCommitOptions<Item> {
  /** Writes all items in one transaction. If it rejects, each of these items is rejected with the same error, and no others. */
  flush(items: Item[]): Promise<void>;
  /** The most items that one flush gets: 256 by default. */
  maxItems?: number;
}

/** Groups writes of many requests into few transactions. */
export interface GroupCommit<Item> {
  /** Resolves when the item is committed. */
  add(item: Item): Promise<void>;
  /** Resolves when everything added so far is committed or rejected. */
  drain(): Promise<void>;
}

interface Waiting<Item> {
  item: Item;
  resolve(): void;
  reject(error: unknown): void;
}

/** Makes a group commit: what arrives while one flush runs goes into the next one, in the order it came. */
export function createGroupCommit<Item>(options: GroupCommitOptions<Item>): GroupCommit<Item> {
  const { flush, maxItems = 256 } = options;
  const waiting: Waiting<Item>[] = [];
  let running: Promise<void> | undefined;

  const runAll = async () => {
    // A turn later, so that what one turn of the event loop adds goes together.
    await Promise.resolve();
    while (waiting.length > 0) await flushGroup(flush, waiting.splice(0, maxItems));
    running = undefined;
  };

  return {
    add(item) {
      return new Promise<void>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        running ??= runAll();
      });
    },
    async drain() {
      await running;
    },
  };
}

async function flushGroup<Item>(
  flush: GroupCommitOptions<Item>['flush'],
  group: Waiting<Item>[],
): Promise<void> {
  try {
    await flush(group.map(({ item }) => item));
  } catch (error) {
    for (const { reject } of group) reject(error);
    return;
  }
  for (const { resolve } of group) resolve();
}
