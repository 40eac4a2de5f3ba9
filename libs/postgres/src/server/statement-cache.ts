import { type WorkScope } from '../work-scope';

/**
 * What is known of statements, by schema and text, for a text means something else under another search path. Keeps, of each schema, the ones used
 * last. Two levels, because joining schema and text would cost a pass over the text at each use.
 */
export class StatementCache<Value> {
  private readonly schemas = new Map<string, Map<string, Value>>();

  /** @param onDrop is told of each value that leaves the cache */
  constructor(
    private readonly countMax: number,
    private readonly onDrop: (value: Value) => void = () => undefined,
  ) {}

  get(scope: WorkScope, text: string): Value | undefined {
    const values = this.valuesOf(scope);
    const value = values.get(text);
    if (value !== undefined) {
      // Moves it to the end, so that the one used longest ago is the first.
      values.delete(text);
      values.set(text, value);
    }
    return value;
  }

  set(scope: WorkScope, text: string, value: Value): void {
    this.delete(scope, text);
    const values = this.valuesOf(scope);
    values.set(text, value);
    if (values.size > this.countMax) this.delete(scope, values.keys().next().value!);
  }

  delete(scope: WorkScope, text: string): void {
    const values = this.valuesOf(scope);
    const value = values.get(text);
    if (value === undefined) return;
    values.delete(text);
    this.onDrop(value);
  }

  clear(): void {
    for (const values of this.schemas.values()) for (const value of values.values()) this.onDrop(value);
    this.schemas.clear();
  }

  private valuesOf(scope: WorkScope): Map<string, Value> {
    const schema = scope === 'owner' ? '' : scope.schema;
    let values = this.schemas.get(schema);
    if (values === undefined) this.schemas.set(schema, (values = new Map<string, Value>()));
    return values;
  }
}
