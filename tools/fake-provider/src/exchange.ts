import { type ServerResponse } from 'node:http';
import { preciseNow, type RecordedRequest } from './recorded-request';
import { type RequestLog } from './request-log';
import { type AnswerPoint, type Script } from './script';

/** One request being answered: writes its response, keeps its record, and does the faults that every route shares. */
export class Exchange {
  constructor(
    readonly response: ServerResponse,
    readonly record: RecordedRequest,
    private readonly log: RequestLog,
  ) {}

  /** Whether nothing can be sent any more. */
  get isOver(): boolean {
    return this.record.outcome !== 'pending';
  }

  sendHead(status: number, headers: Record<string, string | number>): void {
    this.record.status = status;
    this.record.headersSentAt = preciseNow();
    this.response.writeHead(status, headers);
    this.log.changed(this.record);
  }

  /** Answers with JSON, whole. */
  sendJson(status: number, body: string, headers?: Record<string, string | number>): void {
    const length = Buffer.byteLength(body);
    this.sendHead(status, { 'content-type': 'application/json', 'content-length': length, ...headers });
    this.record.bytesWritten += length;
    this.response.end(body);
  }

  /** Answers with an error of the OpenAI API's shape. */
  sendError(
    status: number,
    message: string,
    type: string,
    code: string | null = null,
    headers?: Record<string, string>,
  ): void {
    this.sendJson(status, JSON.stringify({ error: { message, type, param: null, code } }), headers);
  }

  /** Writes a part of the body. A promise is returned when the client must read before more is written. */
  write(data: string | Buffer): Promise<void> | undefined {
    this.record.bytesWritten += typeof data === 'string' ? Buffer.byteLength(data) : data.length;
    if (this.response.write(data)) return undefined;
    return this.drained();
  }

  /** Counts tokens as sent. */
  countTokens(tokens: number): void {
    const now = preciseNow();
    this.record.firstTokenAt ??= now;
    this.record.lastTokenAt = now;
    this.record.usage.completionTokens += tokens;
    this.log.changed(this.record);
  }

  /** Waits, or until the client has gone. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.response.off('close', done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      this.response.once('close', done);
    });
  }

  /** Does what the script says of this point of the answer. Returns whether the answer may go on. */
  async pass(script: Script, at: AnswerPoint, halfLine: () => string): Promise<boolean> {
    if (script.stall?.at === at) {
      await this.stall(script.stall.commentIntervalMs);
      return false;
    }
    if (script.cut?.at === at) {
      await this.cut(script.cut.how, halfLine);
      return false;
    }
    return !this.isOver;
  }

  private async cut(how: NonNullable<Script['cut']>['how'], halfLine: () => string): Promise<void> {
    const { response } = this;
    if (how === 'mid-line' && response.headersSent) await this.write(halfLine());
    if (response.headersSent) await this.flushed();
    if (this.isOver) return;
    this.record.outcome = 'cut';
    if (how === 'reset') response.socket?.resetAndDestroy();
    else if (how === 'fin' || !response.headersSent) response.socket?.destroy();
    else response.end();
  }

  private async stall(commentIntervalMs: number | undefined): Promise<void> {
    const { response } = this;
    const timer =
      commentIntervalMs === undefined
        ? undefined
        : setInterval(() => {
            if (!response.writableNeedDrain) response.write(': still here\n\n');
          }, commentIntervalMs);
    await new Promise<void>((resolve) => response.once('close', resolve));
    clearInterval(timer);
  }

  private async drained(): Promise<void> {
    this.record.paused = true;
    this.record.pauses += 1;
    this.log.changed(this.record);
    await new Promise<void>((resolve) => {
      const done = () => {
        this.response.off('drain', done).off('close', done);
        resolve();
      };
      this.response.on('drain', done).on('close', done);
    });
    this.record.paused = false;
    this.log.changed(this.record);
  }

  private flushed(): Promise<void> {
    return new Promise((resolve) => {
      this.response.once('close', resolve);
      this.response.socket?.write('', () => resolve());
    });
  }
}
