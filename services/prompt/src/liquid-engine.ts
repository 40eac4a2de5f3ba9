import { type Context, type Emitter, Liquid, type Template, toValue } from 'liquidjs';

/** The longest template that is parsed, in UTF-16 code units; the contract's own limit. */
const templateLengthMax = 200_000;
/** How many characters and items rendering one message may create, what `capture` and filters make included. */
const createdMax = 4_000_000;

/**
 * Liquid without a way out: no includes or layouts, no inherited properties, no undefined variables or filters.
 * Time is bounded by the caller; see `createTimeLimit`.
 */
export function createLiquidEngine(): Liquid {
  const engine = new Liquid({
    templates: {},
    ownPropertyOnly: true,
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    timezoneOffset: 0,
    locale: 'en-US',
    parseLimit: templateLengthMax,
    memoryLimit: createdMax,
  });
  for (const tag of ['include', 'render', 'layout', 'block']) delete engine.tags[tag];
  boundOutput(engine);
  return engine;
}

/** Liquid charges what filters create against `memoryLimit` but not what templates write: a loop could write without end. */
function boundOutput(engine: Liquid): void {
  const renderer = engine.renderer;
  const renderTemplates = renderer.renderTemplates.bind(renderer);
  renderer.renderTemplates = (templates: Template[], context: Context, emitter?: Emitter) =>
    renderTemplates(templates, context, emitter ?? new ChargingEmitter(context));
}

class ChargingEmitter implements Emitter {
  buffer = '';

  constructor(private readonly context: Context) {}

  write(value: unknown): void {
    const text = textOf(value);
    this.context.memoryLimit.use(text.length);
    this.buffer += text;
  }
}

/** Text as Liquid writes it: nothing for nil, the items of lists one after another. */
function textOf(written: unknown): string {
  const value: unknown = toValue(written);
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(textOf).join('');
  return String(value);
}
