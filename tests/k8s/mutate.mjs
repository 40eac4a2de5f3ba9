/** What is wrong when a copy of the objects is changed. */
export function after(objects, change, check) {
  const copy = globalThis.structuredClone(objects);
  change(copy);
  return check(copy);
}
