const combiners = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'dependentSchemas', '$ref'] as const;

/**
 * The names of properties that a JSON Schema declares for the object it describes: those of `properties`, also where `allOf`, `anyOf`,
 * `oneOf`, conditions or a `$ref` within the document add them. Names that only a pattern allows are not declared.
 */
export function declaredNames(schema: object): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<object>();
  const waiting: unknown[] = [schema];
  while (waiting.length > 0) {
    const part = waiting.pop();
    if (!isObject(part) || seen.has(part)) continue;
    seen.add(part);
    if (isObject(part['properties'])) for (const name of Object.keys(part['properties'])) names.add(name);
    for (const combiner of combiners) waiting.push(...partsOf(schema, combiner, part[combiner]));
  }
  return names;
}

function partsOf(schema: object, combiner: (typeof combiners)[number], value: unknown): unknown[] {
  if (combiner === '$ref') return typeof value === 'string' ? [resolve(schema, value)] : [];
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return [];
  return combiner === 'dependentSchemas' ? Object.values(value) : [value];
}

/** Follows `#/a/b` within the document; anything else is not followed. */
function resolve(schema: object, reference: string): unknown {
  if (reference === '#') return schema;
  if (!reference.startsWith('#/')) return undefined;
  const segments = reference.slice(2).split('/');
  return segments.reduce<unknown>((part, segment) => {
    const key = decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~');
    return isObject(part) && Object.hasOwn(part, key) ? part[key] : undefined;
  }, schema);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
