import { internal, notFound } from '@weft/errors';
import { type ArgumentsValidator, createArgumentsValidator } from './arguments-validator';
import { type Tool } from './tool';

/** A tool that can be invoked. */
export interface RegisteredTool {
  tool: Tool;
  validate: ArgumentsValidator;
}

/** The tools by name. */
export class ToolRegistry {
  private readonly byName: ReadonlyMap<string, RegisteredTool>;

  /**
   * Throws INTERNAL for two tools of one name, and for a name or a schema that is wrong: a tool that cannot
   * work stops the start.
   */
  constructor(tools: readonly Tool<never>[]) {
    const sorted = [...tools].sort((left, right) => (left.name < right.name ? -1 : 1)) as unknown as Tool[];
    this.byName = new Map(
      sorted.map((tool) => [
        checkedName(tool),
        { tool, validate: createArgumentsValidator(tool.parametersSchema) },
      ]),
    );
    if (this.byName.size !== tools.length) throw internal('two tools have one name');
  }

  /** Throws NOT_FOUND if there is none of that name. */
  get(name: string): RegisteredTool {
    const found = this.byName.get(name);
    if (found === undefined) throw notFound('tool', name);
    return found;
  }

  /** Lists by name, after a name, at most `limit`. */
  list(afterName: string, limit: number): Tool[] {
    const tools = [...this.byName.values()].map(({ tool }) => tool);
    return tools.filter(({ name }) => name > afterName).slice(0, limit);
  }
}

function checkedName({ name }: Tool): string {
  if (!/^[a-z0-9_]{1,64}$/.test(name)) throw internal(`'${name}' cannot be a tool's name`);
  return name;
}
