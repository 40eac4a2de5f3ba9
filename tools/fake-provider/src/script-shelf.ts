import { type IncomingHttpHeaders } from 'node:http';
import { BadScriptError, parseScript } from './parse-script';
import { type Endpoint, type Script, type ScriptDocument } from './script';

const emptyScript: Script = {};

/** Keeps the scripts and chooses the one that answers a request. */
export class ScriptShelf {
  private queue: Script[] = [];
  private readonly named = new Map<string, Script>();
  private readonly defaults = new Map<Endpoint, Script>();

  add(document: ScriptDocument): void {
    this.queue.push(...(document.enqueue ?? []));
    if (document.default) this.setDefault(document.default);
    for (const [name, script] of Object.entries(document.named ?? {})) this.define(name, script);
  }

  enqueue(scripts: Script[]): void {
    this.queue.push(...scripts);
  }

  setDefault(script: Script): void {
    this.defaults.set(script.endpoint ?? 'chat', script);
  }

  define(name: string, script: Script): void {
    this.named.set(name, script);
  }

  clear(): void {
    this.queue = [];
    this.named.clear();
    this.defaults.clear();
  }

  /**
   * The first that there is of: the script in the header `x-fake-script` (JSON, or the name of a script), the script named as
   * the model, the next of the queue for this endpoint, the default.
   *
   * @throws BadScriptError when the header holds neither a script nor the name of one
   */
  choose(endpoint: Endpoint, headers: IncomingHttpHeaders, model?: string): Script {
    const header = headers['x-fake-script'];
    if (typeof header === 'string') return this.fromHeader(header);
    const named = model === undefined ? undefined : this.named.get(model);
    if (named && (named.endpoint ?? 'chat') === endpoint) return named;
    if (this.queue.length > 0) {
      const index = this.queue.findIndex((script) => (script.endpoint ?? 'chat') === endpoint);
      if (index >= 0) return this.queue.splice(index, 1)[0]!;
    }
    return this.defaults.get(endpoint) ?? emptyScript;
  }

  private fromHeader(header: string): Script {
    const named = this.named.get(header);
    if (named) return named;
    let value: unknown;
    try {
      value = JSON.parse(header);
    } catch {
      throw new BadScriptError('x-fake-script is neither JSON nor the name of a script');
    }
    return parseScript(value, 'x-fake-script');
  }
}
