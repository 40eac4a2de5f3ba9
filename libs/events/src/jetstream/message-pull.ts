import {
  createInbox,
  type Msg,
  nanos,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node';

interface MessagePullOptions {
  stream: string;
  consumer: string;
  /** How often the server says that it is there while it has nothing else to say, in milliseconds. */
  heartbeatMs: number;
  onMessage(message: Msg): void;
  /** A request is over: another may be made. */
  onDone(): void;
  /** The consumer cannot be pulled from any more: it is gone, moves to another server, or nothing is heard of it. Called once. */
  onFailure(error: Error): void;
}

const expiresMs = 30_000;
// A late heartbeat is none missed.
const heartbeatsMissedMax = 2.5;

/**
 * Asks a durable consumer for messages, so many at a time. The client's own loops drop what arrives while they close, which the next
 * replica would get only after the wait for an acknowledgement; this one hands everything over that the server has sent.
 * Source: NATS architecture decision record 37, and the wire API `CONSUMER.MSG.NEXT`.
 */
export class MessagePull {
  private readonly inbox = createInbox();
  private readonly subscription: Subscription;
  private readonly watch: NodeJS.Timeout;
  private wanted = 0;
  private heardAt = 0;
  private over = false;

  constructor(
    private readonly connection: NatsConnection,
    private readonly options: MessagePullOptions,
  ) {
    this.subscription = connection.subscribe(this.inbox, {
      callback: (error, message) => (error ? this.fail(error) : this.receive(message)),
    });
    this.watch = setInterval(() => this.lookForSilence(), options.heartbeatMs / 2);
  }

  /** Asks for up to so many messages, unless a request is under way. */
  request(count: number): void {
    if (this.over || this.wanted > 0) return;
    this.wanted = count;
    this.heardAt = Date.now();
    const { stream, consumer, heartbeatMs } = this.options;
    const body = { batch: count, expires: nanos(expiresMs), idle_heartbeat: nanos(heartbeatMs) };
    try {
      this.connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(body), {
        reply: this.inbox,
      });
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** Asks for nothing more, hands over what is still on its way and ends. */
  async stop(): Promise<void> {
    this.over = true;
    clearInterval(this.watch);
    // Draining waits for an answer that never comes once the connection is lost.
    await Promise.race([this.subscription.drain().catch(() => undefined), this.connection.closed()]);
  }

  private receive(message: Msg): void {
    this.heardAt = Date.now();
    if (message.subject !== this.inbox) {
      this.wanted -= 1;
      this.options.onMessage(message);
      if (this.wanted === 0) this.options.onDone();
      return;
    }
    const status = message.headers;
    if (status?.code === 100) return;
    // No messages, or the time of the request is up.
    if (status?.code === 404 || status?.code === 408) {
      this.wanted = 0;
      this.options.onDone();
      return;
    }
    const description = status?.description || 'nobody answers for the consumer';
    this.fail(new Error(`Pulling from '${this.options.consumer}' ended: ${description} (${status?.code}).`));
  }

  private lookForSilence(): void {
    const { consumer, heartbeatMs } = this.options;
    if (this.wanted > 0 && Date.now() - this.heardAt > heartbeatsMissedMax * heartbeatMs) {
      this.fail(new Error(`Nothing is heard of '${consumer}': its heartbeats are missing.`));
    }
  }

  private fail(error: Error): void {
    if (this.over) return;
    this.over = true;
    clearInterval(this.watch);
    this.options.onFailure(error);
  }
}
