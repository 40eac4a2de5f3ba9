import { clientConfig, connectClient } from './connect-session';
import { type ServerEngineOptions } from './server-engine';
import { ServerSession } from './server-session';
import { sessionSettings, WorkOpening } from './session-settings';
import { StatementCache } from './statement-cache';
import { type ParameterTypes, StatementPlanner } from './statement-planner';
import { ValueCodec } from './value-codec';

/** How much later than the server itself its answer is given up, in milliseconds. */
const answerMarginMs = 1_000;

/** How many statements of a schema are remembered. */
const statementsMax = 1_000;

/** Opens connections, and holds what they share. */
export class SessionFactory {
  readonly codec = new ValueCodec();
  /** When the server answered last, by `performance.now()`; never, once a connection was lost after that. */
  lastAnswerTime = -Infinity;
  private readonly types: ParameterTypes = new StatementCache(statementsMax);
  private readonly prepares: boolean;
  private readonly settings: Readonly<Record<string, string>>;
  private readonly config: ReturnType<typeof clientConfig>;
  private readonly answerMsMax: number;

  constructor(
    options: ServerEngineOptions,
    private readonly onEnd: (session: ServerSession) => void,
  ) {
    const { statementTimeoutMs = 30_000, lockTimeoutMs = 10_000, transactionMsMax = 30_000 } = options;
    this.prepares = options.preparedStatements ?? true;
    this.settings = sessionSettings({
      statementTimeoutMs,
      lockTimeoutMs,
      // This process ends a transaction that it holds too long; the server does when this process cannot.
      idleInTransactionMs: transactionMsMax + answerMarginMs,
    });
    this.answerMsMax = statementTimeoutMs + answerMarginMs;
    this.config = clientConfig({
      databaseUrl: options.databaseUrl,
      applicationName: options.applicationName ?? 'weft',
      connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
      settings: this.prepares ? this.settings : {},
    });
  }

  /** Opens a connection. Its errors: see `connectClient`. */
  async connect(): Promise<ServerSession> {
    const client = await connectClient(this.config);
    return new ServerSession(
      client,
      new WorkOpening(this.prepares, this.settings),
      new StatementPlanner(this.types, this.codec, this.prepares),
      {
        answerMsMax: this.answerMsMax,
        onAnswer: () => (this.lastAnswerTime = performance.now()),
        onEnd: (session) => {
          this.lastAnswerTime = -Infinity;
          this.onEnd(session);
        },
      },
    );
  }
}
