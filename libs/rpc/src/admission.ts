import { setImmediate as nextTurn } from 'node:timers/promises';
import { WeftError } from '@weft/errors';
import { type DeadlineScope } from './deadline';

/** UNAVAILABLE, to be tried again: this process stops. */
export function draining(): WeftError {
  return new WeftError('UNAVAILABLE', 'DRAINING', 'This process is stopping. Try again.', {
    retryDelayMs: 1000,
  });
}

/** The calls in flight of one server: lets calls in until it is closed, waits for those that are inside, and ends them in the end. */
export class Admission {
  private readonly inside = new Set<DeadlineScope>();
  private readonly waiting = new Set<() => void>();
  private closed = false;
  /** What this server's own drain tells calls; what they hear from elsewhere is another. */
  private readonly drained = draining();

  get callsInFlight(): number {
    return this.inside.size;
  }

  enter(scope: DeadlineScope): void {
    if (this.closed) throw this.drained;
    this.inside.add(scope);
  }

  leave(scope: DeadlineScope): void {
    this.inside.delete(scope);
    if (this.inside.size === 0) for (const onEmpty of this.waiting) onEmpty();
  }

  /** What became of a call that failed: kept out or ended by this server's drain, or neither. */
  fateOf(error: unknown, scope: DeadlineScope): 'refused' | 'ended' | undefined {
    if (error !== this.drained) return undefined;
    return scope.signal.reason === this.drained ? 'ended' : 'refused';
  }

  /** Lets nobody in any more. */
  close(): void {
    this.closed = true;
  }

  /** Waits for those inside, and closes; after `timeoutMs` their signals are aborted with a retryable error. */
  async drain(timeoutMs: number): Promise<void> {
    const empty = await this.emptyWithin(timeoutMs);
    this.close();
    if (empty) return;
    for (const scope of this.inside) scope.abort(this.drained);
    // No call outlives its signal: each is out by the next turn, whatever its handler does.
    await nextTurn();
  }

  private async emptyWithin(timeoutMs: number): Promise<boolean> {
    if (this.inside.size === 0) return true;
    let timer: NodeJS.Timeout | undefined;
    let onEmpty = (): void => undefined;
    try {
      return await new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), timeoutMs);
        onEmpty = () => resolve(true);
        this.waiting.add(onEmpty);
      });
    } finally {
      clearTimeout(timer);
      this.waiting.delete(onEmpty);
    }
  }
}
