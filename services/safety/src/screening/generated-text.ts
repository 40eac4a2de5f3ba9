import fc from 'fast-check';

/**
 * Texts for the property tests: findings of every kind, what nearly is one, what they are cut and surrounded
 * by, and prose.
 */
export function generatedText(options: { maxLength?: number } = {}): fc.Arbitrary<string> {
  const pieces = fc.oneof(
    { weight: 4, arbitrary: genuine },
    { weight: 4, arbitrary: damaged() },
    { weight: 5, arbitrary: fc.constantFrom(...words) },
    { weight: 6, arbitrary: fc.constantFrom(...joints) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
    { weight: 1, arbitrary: fc.stringMatching(/^[0-9 .()+-]{1,24}$/) },
    { weight: 1, arbitrary: fc.stringMatching(/^[a-f0-9:.]{1,24}$/) },
  );
  return fc
    .array(pieces, { minLength: 1, maxLength: 12 })
    .map((parts) => parts.join(''))
    .map((text) => (options.maxLength === undefined ? text : text.slice(0, options.maxLength)));
}

/** Texts of few different characters, which are the ones that a kind is made of. */
export function denseText(maxLength: number): fc.Arbitrary<string> {
  const alphabets = [
    'a.@-',
    '1 -',
    '1.:',
    'af:1',
    '+1 (',
    '0)-5',
    'DE8 ',
    'sk-1a',
    'eyJ.',
    'r 1-',
    '\ud83d\ude00a1',
    '-BEGIN ',
  ];
  return fc
    .constantFrom(...alphabets)
    .chain((alphabet) => fc.array(fc.constantFrom(...alphabet.split('')), { minLength: 1, maxLength }))
    .map((characters) => characters.join(''));
}

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((list) => list.join(''));

const email = fc
  .tuple(
    fc.stringMatching(/^[a-zäß0-9][a-z0-9._+'-]{0,20}$/),
    fc.constantFrom('example.com', 'mail.example.co.uk', 'a-b.example', 'müller.de', 'x.io'),
  )
  .map(([local, domain]) => `${local}@${domain}`);

const card = fc
  .tuple(
    fc.constantFrom('4', '51', '2221', '34', '36', '6011', '3528', '62', '5018', '6763'),
    digits(18),
    fc.integer({ min: 12, max: 19 }),
  )
  .map(([prefix, rest, length]) => withCheckDigit((prefix + rest).slice(0, length - 1)))
  .chain((number) =>
    fc.constantFrom(number, grouped(number, ' '), grouped(number, '-'), grouped(number, '\u00a0')),
  );

const iban = fc
  .tuple(
    fc.constantFrom(['DE', 18], ['NO', 11], ['GB', 18], ['MT', 27], ['FR', 23]),
    digits(27),
    fc.boolean(),
  )
  .map(([[country, length], body, letters]) =>
    withCheckDigits(String(country), ((letters ? 'WEST' : '') + body).slice(0, Number(length))),
  )
  .chain((number) => fc.constantFrom(number, grouped(number, ' '), number.toLowerCase()));

const phone = fc
  .tuple(
    fc.constantFrom('212', '415', '800', '555'),
    fc.constantFrom('555', '234', '012'),
    digits(4),
    fc.constantFrom(
      '(A) E-L',
      'A-E-L',
      '1-A-E-L',
      '+1 A E L',
      'A.E.L',
      '+1AEL',
      'tel AEL',
      'AEL',
      'A EL',
      '011 44 20 7946 L',
      '+44 20 7946 L',
      '+49 (0)30 E L',
    ),
  )
  .map(([area, exchange, line, shape]) => shape.replace('A', area).replace('E', exchange).replace('L', line));

const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('::1', 'fe80::1', '2001:db8::1', '::ffff:10.0.0.1', '1.2.3', 'v1.2.3.4', '12:30:45'),
);

const base64Url = (minLength: number, maxLength: number) =>
  fc
    .array(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_'.split('')), {
      minLength,
      maxLength,
    })
    .map((list) => list.join(''));

const secret = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'sk-',
        'sk-proj-',
        'weft_',
        'AKIA',
        'ghp_',
        'github_pat_',
        'xoxb-',
        'sk_live_',
        'Bearer ',
        'bearer ',
        'AIza',
      ),
      base64Url(8, 60),
    )
    .map(([prefix, body]) => prefix + body),
  base64Url(16, 16).map((body) => `AKIA${body.toUpperCase().replaceAll(/[-_]/g, '7')}`),
  fc.tuple(base64Url(10, 30), base64Url(10, 30), base64Url(0, 40)).map((parts) => `eyJ${parts.join('.')}`),
  fc
    .tuple(
      fc.constantFrom('', 'RSA ', 'EC '),
      base64Url(0, 80),
      fc.constantFrom('\n', '\\n', ' '),
      fc.boolean(),
    )
    .map(([type, body, line, whole]) => {
      const begin = `-----BEGIN ${type}PRIVATE KEY-----${line}${body.replaceAll(/[-_]/g, '+')}${line}`;
      return whole ? `${begin}-----END ${type}PRIVATE KEY-----` : begin;
    }),
);

/** What may be a finding, and mostly is. */
const genuine = fc.oneof(email, card, iban, phone, address, secret);

/** A finding with a character less, one more or another one, or only its beginning. */
function damaged(): fc.Arbitrary<string> {
  return fc
    .tuple(
      genuine,
      fc.nat(),
      fc.constantFrom('', 'x', '7', '.', '@', '-', ' ', ':', '\ud83d'),
      fc.constantFrom(0, 1, Infinity),
    )
    .map(([text, at, character, left]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + character + text.slice(place + left);
    });
}

const words = [
  'The quick brown fox ',
  'version ',
  'order 8812-',
  'call me at ',
  'see https://example.com/a?b=',
  'face ',
  'be ',
  'task-',
  'Note: ',
  '日本語',
  '😀',
  'für ',
  '2024-06-15 10:30:45 ',
  '3.14159 ',
  'std::vector ',
];

const joints = [
  '',
  ' ',
  '  ',
  '\n',
  '.',
  ',',
  '-',
  '_',
  ':',
  '@',
  '(',
  ')',
  '/',
  '+',
  '#',
  '"',
  "'",
  '=',
  '\ud83d',
  '\ude00',
];

/** Appends the digit that makes Luhn's sum divisible by 10. */
function withCheckDigit(number: string): string {
  for (let digit = 0; digit < 10; digit++) {
    const sum = [...`${number}${digit}`].reverse().reduce((total, character, index) => {
      const value = Number(character) * (1 + (index % 2));
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    if (sum % 10 === 0) return `${number}${digit}`;
  }
  return number;
}

/** Puts the check digits that MOD 97-10 asks for between country and account. */
function withCheckDigits(country: string, account: string): string {
  const number = [...`${account}${country}00`].map((character) => parseInt(character, 36)).join('');
  return country + String(98n - (BigInt(number) % 97n)).padStart(2, '0') + account;
}

function grouped(number: string, separator: string): string {
  return number.replaceAll(/.{4}(?=.)/g, `$&${separator}`);
}
