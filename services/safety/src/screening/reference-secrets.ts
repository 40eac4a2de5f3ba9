import { scan } from './reference-scan';

const keys =
  /^(?:(?:sk-|weft_)(?=[a-z_-]{0,23}[A-Z0-9])[\w-]{16,}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[\w.~+/=-]{20,}|A(?:KI|SI|BI|CC)A[A-Z0-9]{16}(?![A-Z0-9])|gh[pousr]_(?=[a-z]{0,23}[A-Z0-9])[A-Za-z0-9]{20,}|github_pat_(?=[a-z_]{0,23}[A-Z0-9])\w{20,}|glpat-[\w-]{20,}|(?:xox[a-eoprs]|xapp)-(?=[a-z-]{0,23}[A-Z0-9])[A-Za-z0-9-]{10,}|AIza[\w-]{35,}|npm_[A-Za-z0-9]{36,}|hf_[A-Za-z0-9]{30,})/;
const jsonWebToken = /^eyJ[\w-]{10,1021}\.[\w-]{10,}[\w.-]*(?<!\.)/;
const bearerToken = /^(?=[A-Za-z_.~+/=-]{0,63}\d)[\w.~+/=-]{16,}/;
const privateKeyBegin = /^-----BEGIN (?=[A-Z0-9 ]*PRIVATE KEY)[A-Z0-9 ]{0,40}-----/;
const privateKeyEnd = /^-----END (?=[A-Z0-9 ]*PRIVATE KEY)[A-Z0-9 ]{0,40}-----/;
const cutKeyBody = /^(?:[A-Za-z0-9+/=\n\r\t\\]|(?<=[\n ]) )*/;

/** Finds secrets that are shorter than one finding may be. Part of the reference scanner. */
export function findSecrets(text: string): [number, number][] {
  return scan(text, (start) => {
    const before = text.slice(0, start);
    const rest = text.slice(start);
    const lengths = [privateKeyLength(rest)];
    if (!/[A-Za-z0-9]$/.test(before)) lengths.push(keys.exec(rest)?.[0].length ?? 0);
    if (!/[\w-]$/.test(before)) lengths.push(jsonWebToken.exec(rest)?.[0].length ?? 0);
    if (/(?<![A-Za-z0-9])bearer $/i.test(before)) {
      lengths.push(bearerToken.exec(rest)?.[0].replace(/\.+$/, '').length ?? 0);
    }
    return lengths.filter((length) => length > 0);
  });
}

function privateKeyLength(text: string): number {
  const begin = privateKeyBegin.exec(text)?.[0].length;
  if (begin === undefined) return 0;
  const body = text.slice(begin);
  const dashes = body.indexOf('-----');
  const end = dashes === -1 ? undefined : privateKeyEnd.exec(body.slice(dashes))?.[0].length;
  if (end !== undefined) return begin + dashes + end;
  const cut = cutKeyBody.exec(body)![0].length;
  return cut >= 24 ? begin + cut : 0;
}
