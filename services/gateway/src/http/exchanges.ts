import { type ServerResponse } from 'node:http';
import { draining } from '@weft/rpc';
import { Exchange } from './exchange';

/** How long exchanges that were aborted may take to say so to their clients. */
const farewellMs = 3000;

/** The exchanges under way at the HTTP door. */
export class Exchanges {
  private readonly underWay = new Set<Exchange>();
  private readonly waiting = new Set<() => void>();

  constructor(private readonly onEnd: (exchange: Exchange) => void) {}

  get count(): number {
    return this.underWay.size;
  }

  begin(requestId: string, response: ServerResponse): Exchange {
    const exchange = new Exchange(requestId, response);
    this.underWay.add(exchange);
    response.once('close', () => {
      exchange.closed();
      this.underWay.delete(exchange);
      this.onEnd(exchange);
      if (this.underWay.size === 0) for (const wake of this.waiting) wake();
    });
    return exchange;
  }

  /** Waits for what is under way; after `timeoutMs` ends it with a retryable error. */
  async drain(timeoutMs: number): Promise<void> {
    for (const exchange of this.underWay) exchange.closeConnectionAfterwards();
    if (await this.emptyWithin(timeoutMs)) return;
    for (const exchange of this.underWay) exchange.abort(draining());
    await this.emptyWithin(farewellMs);
  }

  private emptyWithin(timeoutMs: number): Promise<boolean> {
    if (this.underWay.size === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const finish = (empty: boolean) => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve(empty);
      };
      const wake = () => finish(true);
      const timer = setTimeout(() => finish(false), timeoutMs);
      this.waiting.add(wake);
    });
  }
}
