import { type messages, type PGlite, protocol } from '@electric-sql/pglite';

import { type DatabaseError, databaseErrorFrom } from '../database-error';

/** What came back for the messages that were sent. */
export interface WireAnswer {
  /** For each statement that ran: its rows as text, and the tag such as `COMMIT` or `INSERT 0 1`. */
  results: { rows: (string | null)[][]; tag: string }[];
  parameterTypes: number[];
  columns: { name: string; type: number }[];
  /** The first error. What was sent after it, up to the next sync, did not run. */
  error: DatabaseError | undefined;
  /** Whether a transaction is open now, and whether it can only be rolled back. */
  status: 'idle' | 'open' | 'failed';
}

/** The engine gave no full answer: its memory cannot be trusted any more. */
export class EngineLost extends Error {
  override readonly name = 'EngineLost';
}

const statuses: Record<string, WireAnswer['status']> = { I: 'idle', T: 'open', E: 'failed' };

/**
 * Speaks PostgreSQL's wire protocol with PGlite: many messages in one call, which is what makes a batch cheap.
 * Source: PostgreSQL documentation, 54.2.3 Extended Query, 54.7 Message Formats.
 */
export class PgliteWire {
  constructor(private readonly pglite: PGlite) {}

  async send(frames: readonly Uint8Array[]): Promise<WireAnswer> {
    const answer: WireAnswer = {
      results: [],
      parameterTypes: [],
      columns: [],
      error: undefined,
      status: 'idle',
    };
    let rows: (string | null)[][] = [];
    let complete = false;
    const parser = new protocol.Parser();
    const take = (message: messages.BackendMessage) => {
      complete = false;
      switch (message.name) {
        case 'dataRow':
          rows.push((message as messages.DataRowMessage).fields);
          break;
        case 'commandComplete':
          answer.results.push({ rows, tag: (message as messages.CommandCompleteMessage).text });
          rows = [];
          break;
        case 'emptyQuery':
          answer.results.push({ rows: [], tag: '' });
          break;
        case 'parameterDescription':
          answer.parameterTypes = (message as messages.ParameterDescriptionMessage).dataTypeIDs;
          break;
        case 'rowDescription':
          answer.columns = (message as messages.RowDescriptionMessage).fields.map((field) => ({
            name: field.name,
            type: field.dataTypeID,
          }));
          break;
        case 'error':
          rows = [];
          answer.error ??= databaseErrorFrom(message as messages.DatabaseError);
          break;
        case 'readyForQuery':
          answer.status = statuses[(message as messages.ReadyForQueryMessage).status] ?? 'failed';
          complete = true;
          break;
      }
    };
    await this.pglite.execProtocolRawStream(join(frames), {
      syncToFs: false,
      onRawData: (data) => parser.parse(data, take),
    });
    // PGlite swallows what is thrown inside the engine, such as an abort: an answer without an end is all that tells.
    if (!complete) throw new EngineLost('The embedded database gave no full answer.');
    return answer;
  }
}

function join(frames: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const frame of frames) length += frame.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const frame of frames) {
    joined.set(frame, offset);
    offset += frame.length;
  }
  return joined;
}
