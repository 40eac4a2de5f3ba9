import { isIPv6 } from 'node:net';
import { safety } from '@weft/contracts';
import { isValidPhoneNumber } from 'libphonenumber-js/max';
import { ibanLength } from './iban-lengths';
import { scan } from './reference-scan';
import { findSecrets } from './reference-secrets';

/**
 * Finds in whole texts what the detectors find, by other means: regular expressions with backtracking, BigInt
 * arithmetic, Node's IP parser and libphonenumber itself. Slow, and easy to read as what the kinds are. The
 * tests hold the detectors against it.
 */
export const referenceScanners: ReadonlyMap<safety.EntityKind, (text: string) => [number, number][]> =
  new Map([
    [safety.EntityKind.EMAIL, findEmails],
    [safety.EntityKind.CARD, findCards],
    [safety.EntityKind.IBAN, findIbans],
    [safety.EntityKind.IP, findAddresses],
    [safety.EntityKind.PHONE, findPhones],
    [safety.EntityKind.SECRET, findSecrets],
  ]);

const letter = 'A-Za-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u024f\\u0370-\\u052f';

function findEmails(text: string): [number, number][] {
  const pattern = new RegExp(
    `[${letter}0-9_][${letter}0-9._%+'-]{0,63}@(?:[${letter}0-9-]{1,63}\\.)+[${letter}]{2}[${letter}0-9-]{0,61}(?<!-)`,
    'g',
  );
  return all(pattern, text);
}

function findCards(text: string): [number, number][] {
  const gap = '[ \\u00a0\\u2007\\u2009\\u202f\\u2010-\\u2013\\u2212-]';
  return scan(text, (start) => {
    if (/[A-Za-z0-9]$/.test(text.slice(0, start)) || /\d\.$/.test(text.slice(0, start))) return [];
    const run = new RegExp(`^\\d{4,19}(?:${gap}\\d{3,19})*`).exec(text.slice(start))?.[0] ?? '';
    const ends = [...run.matchAll(/\d(?!\d)/g)].map(({ index }) => index + 1);
    return ends
      .filter((end) => !/^[A-Za-z0-9]/.test(text.slice(start + end)))
      .filter((end) => isCard(run.slice(0, end).replaceAll(/\D/g, '')));
  });
}

function isCard(digits: string): boolean {
  const issued =
    /^(?:4(?:\d{12}|\d{15}|\d{17,18})|5[1-5]\d{14}|(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|3(?:0[0-5]\d|095|[689]\d\d)(?:\d{10}|\d{12})|(?:6011|64[4-9]\d|65\d\d|35(?:2[89]|[3-8]\d)|62\d\d|8[12]\d\d|220[0-4])\d{12,15}|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{8,15}|(?:508\d|60[678]\d|9792)\d{12}|506[01](?:\d{12}|\d{14,15}))$/;
  const doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
  const luhn = [...digits]
    .reverse()
    .reduce((sum, digit, index) => sum + (index % 2 ? doubled[Number(digit)]! : Number(digit)), 0);
  return issued.test(digits) && luhn % 10 === 0;
}

function findIbans(text: string): [number, number][] {
  return scan(text, (start) => {
    const rest = text.slice(start);
    const length = /^[A-Za-z]{2}\d\d/.test(rest) ? ibanLength(rest.charCodeAt(0), rest.charCodeAt(1)) : 0;
    if (length === 0 || /[A-Za-z0-9]$/.test(text.slice(0, start))) return [];
    const full = Math.floor((length - 1) / 4);
    const gap = '[ \\u00a0\\u2007\\u2009\\u202f\\u2010-\\u2013\\u2212-]?';
    const pattern = new RegExp(
      `^(?:[A-Za-z0-9]{4}${gap}){${full}}[A-Za-z0-9]{${length - 4 * full}}(?![A-Za-z0-9])`,
    );
    const match = pattern.exec(rest)?.[0];
    if (match === undefined) return [];
    const compact = match.replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase();
    const number = [...(compact.slice(4) + compact.slice(0, 4))]
      .map((character) => parseInt(character, 36))
      .join('');
    return BigInt(number) % 97n === 1n ? [match.length] : [];
  });
}

function findAddresses(text: string): [number, number][] {
  const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
  const ipv4 = new RegExp(
    `^${octet}(?:\\.${octet}){3}(?![A-Za-z0-9_])(?!\\.\\d)(?![-\\u2010-\\u2013\\u2212][A-Za-z])`,
  );
  const version = /(?:^|[^a-z])(?:version|release|build|v|ver)\.?[ :=]{1,2}$/i;
  return scan(text, (start) => {
    const before = text.slice(0, start);
    const rest = text.slice(start);
    if (/[A-Za-z0-9]$/.test(before)) return [];
    const run = /^[0-9A-Fa-f:.]+/.exec(rest)?.[0] ?? '';
    if (/^[0-9A-Fa-f]{0,4}:/.test(run)) {
      if (/[._]$/.test(before) || /[A-Za-z0-9]\[$/.test(before)) return [];
      if (before.endsWith(':') && (run.startsWith(':') || !/[G-Zg-z]:$/.test(before))) return [];
      const address = run.replace(/\.+$/, '').replace(/(?<!:):$/, '');
      if (
        run.length > 46 ||
        !isIPv6(address) ||
        (address === run && /^[A-Za-z0-9_]/.test(rest.slice(run.length)))
      )
        return [];
      const groups =
        address.split(/[:.]+/).filter((group) => group !== '').length - (address.includes('.') ? 2 : 0);
      const short = groups === 2 && /^[0-9a-f]{4}:/i.test(address) && /\d/.test(address);
      return groups >= 3 || short || address === '::1' ? [address.length] : [];
    }
    if (/_$/.test(before) || /[A-Za-z0-9]\.$/.test(before) || version.test(before)) return [];
    const address = ipv4.exec(rest)?.[0];
    return address === undefined ? [] : [address.length];
  });
}

function findPhones(text: string): [number, number][] {
  const gap = '(?:[ \\u00a0\\u2007\\u2009\\u202f\\u2010-\\u2013\\u2212./()-]{1,3})';
  const announced =
    /(?:phone|(?<!\p{L})(?:tel|tél|call|cell|dial|fax|mobil|móvil|movil|handy|whatsapp|sms|text|contact|hotline|ring|ruf|anruf|appel|llam|chiam|ligue))[^\d]*$/iu;
  const gapShapes = /^(?:[ (-]|[./)]| \(|\) |\)-|-\(| - |\)\.|\.\()$/;
  return scan(text, (start) => {
    const before = text.slice(0, start);
    const rest = text.slice(start);
    const opening = /^\(?\+?/.exec(rest)![0];
    if (/[A-Za-z0-9_+#$]$/.test(before)) return [];
    if (/[A-Za-z0-9][-\u2010-\u2013\u2212./]$/.test(before) && !rest.startsWith('+')) return [];
    if (opening.startsWith('(') && !/^\(\+?\d{1,6}\)/.test(rest)) return [];
    const digitsStart = opening.length;
    const run = new RegExp(`^\\d+(?:${gap}\\d+){0,7}`).exec(rest.slice(digitsStart))?.[0] ?? '';
    const groups = [...run.matchAll(/\d+/g)];
    const ends: number[] = [];
    for (const [index, group] of groups.entries()) {
      const shape =
        index === 0 ? '-' : run.slice(groups[index - 1]!.index + groups[index - 1]![0].length, group.index);
      const plain = shape
        .replaceAll(/[\u00a0\u2007\u2009\u202f]/g, ' ')
        .replaceAll(/[\u2010-\u2013\u2212/]/g, '-');
      if (!gapShapes.test(plain)) break;
      const digits = groups
        .slice(0, index + 1)
        .map(([value]) => value)
        .join('');
      if (digits.length > 18) break;
      const end = group.index + group[0].length;
      const after = rest.slice(digitsStart + end);
      if (/^[A-Za-wyz0-9]/i.test(after) && !/^x/i.test(after)) continue;
      const joined = /^[-\u2010-\u2013\u2212./]\d/.test(after);
      const lengths = groups
        .slice(0, index + 1)
        .map(([value]) => value.length)
        .join('-');
      const context = announced.test(before.slice(-40));
      if (opening.endsWith('+')) {
        if (digits.length >= 7 && isValidPhoneNumber(`+${digits}`)) ends.push(digitsStart + end);
      } else if (/^(?:00|011)/.test(groups[0]![0])) {
        const abroad = digits.replace(/^(?:00|011)/, '');
        if (abroad.length >= 7 && (index > 0 || context) && isValidPhoneNumber(`+${abroad}`))
          ends.push(digitsStart + end);
      } else if (/^(?:1-)?(?:3-3-4|3-7|10)$|^11$/.test(lengths) && !joined) {
        const decimal = /^(?:1-)?3-7$/.test(lengths) && plain === '.';
        if (/1/.test(digits[0]!) !== /^1-|^11$/.test(lengths)) continue;
        if (!decimal && (index > 0 || context) && isValidPhoneNumber(digits, 'US'))
          ends.push(digitsStart + end);
      }
    }
    return ends;
  });
}

function all(pattern: RegExp, text: string): [number, number][] {
  return [...text.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length]);
}
