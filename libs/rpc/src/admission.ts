import { WeftError } from '@weft/errors';
import { type DeadlineScope } from './deadline';

/** UNAVAILABLE, to be tried again: this process stops. */
export function draining(): WeftError {
  return new WeftError('UNAVAILABLE', 'DRAINING', 'This process is stopping. Try again.', {
    retryDelayMs: 1000,
  });
}

/** The calls in flight of one server: lets calls in until the drain begins, then waits for those that are inside. */
export class Admission {
  private readonly inside = new Set<DeadlineScope>();
  private closed = false;
  private onEmpty: (() => void) | undefined;

  get callsInFlight(): number {
    return this.inside.size;
  }

  enter(scope: DeadlineScope): void {
    if (this.closed) throw draining();
    this.inside.add(scope);
  }

  leave(scope: DeadlineScope): void {
    this.inside.delete(scope);
    if (this.inside.size === 0) this.onEmpty?.();
  }

  /** Lets nobody in any more and waits for those inside; after `timeoutMs` their signals are aborted with a retryable error. */
  async drain(timeoutMs: number): Promise<void> {
    this.closed = true;
    if (await this.emptyWithin(timeoutMs)) return;
    for (const scope of this.inside) scope.abort(draining());
    // What was aborted gets a moment to say so to its caller.
    await this.emptyWithin(1000);
  }

  private async emptyWithin(timeoutMs: number): Promise<boolean> {
    if (this.inside.size === 0) return true;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), timeoutMs);
        this.onEmpty = () => resolve(true);
      });
    } finally {
      clearTimeout(timer);
      this.onEmpty = undefined;
    }
  }
}
