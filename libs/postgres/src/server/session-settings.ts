import { type Frame } from './exchange';
import { type WorkScope } from '../work-scope';

/** The bounds of work, in milliseconds, as the server keeps them. */
export interface ServerLimits {
  statementTimeoutMs: number;
  lockTimeoutMs: number;
  /** The longest that a transaction may wait for its client. */
  idleInTransactionMs: number;
}

/** Migrations may take long, and wait for those of another process. */
export const ownerMsMax = 600_000;

/** What values look like as text: the codec reads no other form. */
const formats = { TimeZone: 'UTC', DateStyle: 'ISO', bytea_output: 'hex' };

/** The settings that all sessions share, by name. */
export function sessionSettings(limits: ServerLimits): Record<string, string> {
  return {
    ...formats,
    statement_timeout: String(limits.statementTimeoutMs),
    lock_timeout: String(limits.lockTimeoutMs),
    idle_in_transaction_session_timeout: String(limits.idleInTransactionMs),
  };
}

const settingsName = 'weft_settings';
const textType = 25;

/**
 * Makes the frames that open a piece of work: whose it is, for this transaction alone. With prepared statements the shared settings came with the
 * connection; without them the connection may be another one each time, so they go along.
 */
export class WorkOpening {
  private readonly text: string;
  private readonly ownerText: string;
  private ready = false;

  constructor(
    private readonly prepares: boolean,
    shared: Readonly<Record<string, string>>,
  ) {
    const along = prepares ? {} : shared;
    const own = { role: '$1', search_path: '$2', 'weft.tenant_id': '$3' };
    this.text = `select ${[...Object.entries(own).map(([name, value]) => local(name, value)), ...constants(along)].join(', ')}`;
    const ownerSettings = {
      ...along,
      statement_timeout: String(ownerMsMax),
      lock_timeout: '0',
      idle_in_transaction_session_timeout: String(ownerMsMax),
    };
    this.ownerText = `select ${constants(ownerSettings).join(', ')}`;
  }

  /** The frames after which statements run for a scope. */
  frames(scope: WorkScope): Frame[] {
    if (scope === 'owner') return control(this.ownerText);
    const values = [scope.role, `${scope.schema}, public`, scope.tenantSetting];
    if (!this.prepares) return control(this.text, values);
    const run: Frame = { kind: 'run', name: settingsName, values };
    if (this.ready) return [run];
    this.ready = true;
    const types = [textType, textType, textType];
    return [
      { kind: 'close', name: settingsName },
      { kind: 'parse', name: settingsName, text: this.text, types },
      run,
    ];
  }

  /** The connection does not know what was prepared on it any more. */
  forget(): void {
    this.ready = false;
  }
}

/** The frames of a statement that is not kept. */
export function control(text: string, values: readonly string[] = []): Frame[] {
  return [
    { kind: 'parse', name: '', text, types: values.map(() => textType) },
    { kind: 'run', name: '', values },
  ];
}

function constants(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).map(([name, value]) => local(name, `'${value}'`));
}

function local(name: string, value: string): string {
  return `set_config('${name}', ${value}, true)`;
}
