/**
 * The three methods of decorator metadata that @peculiar/x509's container of dependencies asks of `Reflect` when it is loaded.
 * Import this before that library. Source: https://rbuckton.github.io/reflect-metadata
 */
interface DecoratorMetadata {
  getMetadata?(key: unknown, target: object): unknown;
  getOwnMetadata?(key: unknown, target: object): unknown;
  defineMetadata?(key: unknown, value: unknown, target: object): void;
}

const reflect = Reflect as DecoratorMetadata;

if (reflect.getMetadata === undefined) {
  const known = new WeakMap<object, Map<unknown, unknown>>();
  const getOwnMetadata = (key: unknown, target: object) => known.get(target)?.get(key);
  reflect.getOwnMetadata = getOwnMetadata;
  reflect.getMetadata = (key, target) => {
    for (
      let owner: object | null = target;
      owner !== null;
      owner = Object.getPrototypeOf(owner) as object | null
    )
      if (known.get(owner)?.has(key)) return getOwnMetadata(key, owner);
    return undefined;
  };
  reflect.defineMetadata = (key, value, target) => {
    const entries = known.get(target) ?? new Map<unknown, unknown>();
    known.set(target, entries.set(key, value));
  };
}

export {};
