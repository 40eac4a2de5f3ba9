import { safety } from '@weft/contracts';
import { createPhoneNumbers } from './phone-numbers';
import { createScreeningPlan } from './screening-plan';
import { screenText } from './screen-text';

const { Action, EntityKind } = safety;

/** What a text becomes when findings of one kind are redacted. */
function redact(kind: safety.EntityKind, text: string, country = 'US'): string {
  const plan = createScreeningPlan([{ kind, action: Action.REDACT }], createPhoneNumbers(country));
  return screenText(text, plan).text;
}

describe('e-mail addresses', () => {
  it.each([
    ['write to joe.bloggs+news@mail.example.co.uk.', 'write to [EMAIL].'],
    ['<joe@example.com>, "ann@example.com"', '<[EMAIL]>, "[EMAIL]"'],
    ["'joe@example.com'", "'[EMAIL]'"],
    ['mailto:joe@example.com?subject=x', 'mailto:[EMAIL]?subject=x'],
    ['jörg@müller.de', '[EMAIL]'],
    ['иван@пример.рф', '[EMAIL]'],
    ['请联系joe@example.com', '请联系[EMAIL]'],
    ['joe@example.com-', '[EMAIL]-'],
    ['a@b.com@c.com', '[EMAIL]@c.com'],
    [`${'a'.repeat(100)}@example.com`, `${'a'.repeat(36)}[EMAIL]`],
    ['joe@xn--mller-kva.xn--p1ai', '[EMAIL]'],
  ])('are found in %j', (text, expected) => {
    expect(redact(EntityKind.EMAIL, text)).toBe(expected);
  });

  it.each([
    '@mention',
    'joe@',
    'joe@localhost',
    'react@18.2.0',
    'joe@example..com',
    'joe @example.com',
    'a@b',
    '@@',
    'x@1.2.3.4',
    'joe@-.',
  ])('are not found in %j', (text) => {
    expect(redact(EntityKind.EMAIL, text)).toBe(text);
  });
});

describe('telephone numbers', () => {
  it.each([
    ['(415) 555-2671', '[PHONE]'],
    ['415-555-2671', '[PHONE]'],
    ['415.555.2671.', '[PHONE].'],
    ['1-800-555-0199', '[PHONE]'],
    ['415 5552671', '[PHONE]'],
    ['415-555-2671x12', '[PHONE]x12'],
    ['+1 415 555 2671', '[PHONE]'],
    ['+14155552671', '[PHONE]'],
    ['+44 20 7946 0958', '[PHONE]'],
    ['(+44) 20 7946 0958', '[PHONE]'],
    ['+49 (0)30 123456', '[PHONE]'],
    ['tel:+33-1-23-45-67-89', 'tel:[PHONE]'],
    ['011 44 20 7946 0958', '[PHONE]'],
    ['415‑555‑2671', '[PHONE]'],
    ['my phone number is 4155552671', 'my phone number is [PHONE]'],
    ['{"phone":"4155552671"}', '{"phone":"[PHONE]"}'],
    ['+800 7555 0000', '[PHONE]'],
    ['+1 415 555 2671 2024', '[PHONE] 2024'],
  ])('are found in %j', (text, expected) => {
    expect(redact(EntityKind.PHONE, text)).toBe(expected);
  });

  it.each([
    'order 4155552671',
    '#4155552671',
    '$4155552671',
    'ORD-20240115-0042',
    'SKU-415-555-2671',
    '415-555-2671-88',
    '415.5552671',
    '2024-06-15 10:30',
    '2024-06-15 1030',
    '12/05/2024 415',
    '555-2671',
    '(555) 123-4567',
    '123-456-7890',
    '+1 555 123 4567',
    '192.168.100.123',
    'version 10.15.7.1234',
    '4111 1111 1111 1111',
    'pages 12-15, 20-25',
    '3.1415926535',
    '1 2 3 4 5 6 7 8 9 10',
    '550e8400-e29b-41d4-a716-446655440000',
    'the hotel 4155552671',
    'x+14155552671',
  ])('are not found in %j', (text) => {
    expect(redact(EntityKind.PHONE, text)).toBe(text);
  });

  it.each([
    ['DE', '030 123456', '[PHONE]'],
    ['DE', '0151/23456789', '[PHONE]'],
    ['GB', '02079460958', '[PHONE]'],
    ['FR', '01 23 45 67 89', '[PHONE]'],
    ['ES', '612 34 56 78', '[PHONE]'],
    ['DE', '00 44 20 7946 0958', '[PHONE]'],
  ])('of the national form of %s are found in %j', (country, text, expected) => {
    expect(redact(EntityKind.PHONE, text, country)).toBe(expected);
  });

  it.each([
    ['DE', '415-555-2671'],
    ['FR', '01.02.2023 10'],
    ['FR', '2024-06-15 10'],
    ['ES', '612.34.56.78'],
    ['ES', 'order 612345678'],
    ['DE', '30 123456'],
    ['GB', '10.20.30.40'],
  ])('of the national form of %s are not found in %j', (country, text) => {
    expect(redact(EntityKind.PHONE, text, country)).toBe(text);
  });
});

describe('card numbers', () => {
  it.each([
    ['4111111111111111', '[CARD]'],
    ['4111 1111 1111 1111.', '[CARD].'],
    ['4111-1111-1111-1111', '[CARD]'],
    ['3782 822463 10005', '[CARD]'],
    ['5555555555554444', '[CARD]'],
    ['2223003122003222', '[CARD]'],
    ['6011111111111117', '[CARD]'],
    ['3056 9309 0259 04', '3056 9309 0259 04'],
    ['30569309025904', '[CARD]'],
    ['3530111333300000', '[CARD]'],
    ['4222222222222', '[CARD]'],
    ['6759649826438453', '[CARD]'],
    ['no. 12 4111 1111 1111 1111 99', 'no. 12 [CARD] 99'],
    ['id,4111111111111111,7', 'id,[CARD],7'],
    ['4111 1111 1111 1111', '[CARD]'],
    ['号4111111111111111号', '号[CARD]号'],
  ])('are found in %j', (text, expected) => {
    expect(redact(EntityKind.CARD, text)).toBe(expected);
  });

  it.each([
    '4111111111111112',
    '4111 1111 1111 1112',
    'x4111111111111111',
    '4111111111111111a',
    '0.4111111111111111',
    '41111111111111111',
    '4111  1111  1111  1111',
    '1234567812345670',
    '9999999999999995',
    '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
  ])('are not found in %j', (text) => {
    expect(redact(EntityKind.CARD, text)).toBe(text);
  });
});

describe('IBANs', () => {
  it.each([
    ['DE89 3704 0044 0532 0130 00', '[IBAN]'],
    ['DE89370400440532013000,', '[IBAN],'],
    ['gb82 west 1234 5698 7654 32', '[IBAN]'],
    ['GB82-WEST-1234-5698-7654-32', '[IBAN]'],
    ['NO9386011117947', '[IBAN]'],
    ['MT84MALT011000012345MTLCAST001S', '[IBAN]'],
    ['IBAN:DE89370400440532013000', 'IBAN:[IBAN]'],
  ])('are found in %j', (text, expected) => {
    expect(redact(EntityKind.IBAN, text)).toBe(expected);
  });

  it.each([
    'DE88 3704 0044 0532 0130 00',
    'DE8937040044053201300',
    'DE893704004405320130001',
    'XDE89370400440532013000',
    'ZZ89370400440532013000',
    'DE89 37040 044 0532 0130 00',
    'DE89  3704 0044 0532 0130 00',
  ])('are not found in %j', (text) => {
    expect(redact(EntityKind.IBAN, text)).toBe(text);
  });
});

describe('IP addresses', () => {
  it.each([
    ['from 10.0.0.1.', 'from [IP].'],
    ['192.168.1.1:8080', '[IP]:8080'],
    ['10.0.0.0/8', '[IP]/8'],
    ['10.0.0.1-10.0.0.9', '[IP]-[IP]'],
    ['2001:db8::1', '[IP]'],
    ['2001:0db8:85a3:0000:0000:8a2e:0370:7334', '[IP]'],
    ['fe80::1%eth0', '[IP]%eth0'],
    ['::1', '[IP]'],
    ['http://[::1]:80/', 'http://[[IP]]:80/'],
    ['::ffff:192.168.1.1', '[IP]'],
    ['at 2001:db8::1: ok', 'at [IP]: ok'],
    ['ip:2001:db8::1', 'ip:[IP]'],
  ])('are found in %j', (text, expected) => {
    expect(redact(EntityKind.IP, text)).toBe(expected);
  });

  it.each([
    '1.2.3',
    'v1.2.3.4',
    'version 1.2.3.4',
    'Version: 1.2.3.4',
    '1.2.3.4.5',
    '1.2.3.4-beta',
    '256.1.1.1',
    '01.02.03.04',
    '120.0.6099.109',
    '12:30:45',
    '00:1a:2b:3c:4d:5e',
    'std::vector',
    'a::b',
    'dead::beef',
    'xs[::2]',
    'xs[1::2]',
    '::',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::1:2:3',
  ])('are not found in %j', (text) => {
    expect(redact(EntityKind.IP, text)).toBe(text);
  });
});

const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc=\n-----END RSA PRIVATE KEY-----';
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';

describe('secrets', () => {
  it.each([
    ['key sk-abcdefghij1234567890.', 'key [SECRET].'],
    ['OPENAI_API_KEY=sk-proj-AbC_1234567890abcdef', 'OPENAI_API_KEY=[SECRET]'],
    [`weft_abcd1234_${'A'.repeat(43)}`, '[SECRET]'],
    ['weft_admin_0123456789abcdef', '[SECRET]'],
    ['AKIAIOSFODNN7EXAMPLE', '[SECRET]'],
    ['key_AKIAIOSFODNN7EXAMPLE.csv', 'key_[SECRET].csv'],
    ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', '[SECRET]'],
    ['github_pat_11ABCDEFG0abcdefghijkl_mnopqrst', '[SECRET]'],
    ['xoxb-123456789012-abcdef', '[SECRET]'],
    ['sk_live_abcdefghijklmnop', '[SECRET]'],
    [`token ${jwt}.`, 'token [SECRET].'],
    ['Authorization: Bearer abcdef1234567890abcdef', 'Authorization: Bearer [SECRET]'],
    [`Bearer ${jwt}`, 'Bearer [SECRET]'],
    ['Bearer -abc1234567890abcdef\nnext line', 'Bearer [SECRET]\nnext line'],
    ['sk-abcdefghijklmnopqrstuvw1', '[SECRET]'],
    [`a\n${pem}\nb`, 'a\n[SECRET]\nb'],
    [JSON.stringify({ key: pem }), '{"key":"[SECRET]"}'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEAabcdefgh', '[SECRET]'],
    ['--------BEGIN PRIVATE KEY-----MIIB-----END PRIVATE KEY-----', '---[SECRET]'],
  ])('are found in %j', (text, expected) => {
    expect(redact(EntityKind.SECRET, text)).toBe(expected);
  });

  it.each([
    'sk-learn-compatible-estimators',
    'risk-abcdef1234567890abc',
    'sk-short1',
    'sk-abcdefghijklmnopqrstuvwxyz1',
    'sk-abcdefghijklmnop qrs1',
    'weft_safety_phone_country',
    'AKIAIOSFODNN7EXAMPL',
    'AKIAIOSFODNN7EXAMPLEX',
    'ghp_short1',
    'Bearer authentication',
    'bearer of good news',
    'eyJhbGciOiJIUzI1NiJ9',
    'eyJhbGciOiJIUzI1NiJ9.short',
    '-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEAabcdefgh\n-----END CERTIFICATE-----',
    '-----BEGIN PUBLIC KEY-----\nMIIEpAIBAAKCAQEAabcdefgh\n-----END PUBLIC KEY-----',
    '-----BEGIN PRIVATE KEY----- is how such a file begins',
    '-----',
  ])('are not found in %j', (text) => {
    expect(redact(EntityKind.SECRET, text)).toBe(text);
  });

  it('leave nothing of a token that is longer than one finding', () => {
    expect(redact(EntityKind.SECRET, `sk-${'aB1-'.repeat(2600)} end`)).toMatch(/^(?:\[SECRET\])+ end$/);
  });

  it('leave nothing of a private key that is longer than one finding and has no last line', () => {
    expect(redact(EntityKind.SECRET, `-----BEGIN PRIVATE KEY-----\n${'MIIB'.repeat(6000)}, end`)).toMatch(
      /^(?:\[SECRET\])+, end$/,
    );
  });
});

describe('a text made to take long', () => {
  const half = (part: string) => part.repeat(Math.ceil(524_288 / part.length));

  // Were a detector's time to grow with the square of the length, each of these would take minutes, and the
  // test would time out.
  it.each(
    [
      '@',
      'a@',
      'a@b.',
      'a.',
      '1.',
      '4111 ',
      '411-',
      '1(',
      '(4',
      '+1 2 ',
      '12 ',
      'DE89 3704 ',
      ':',
      'a:',
      '::1 ',
      'sk-',
      'sk-1',
      'eyJ-',
      'eyJ.',
      '-',
    ].concat([
      '-----BEGIN PRIVATE KEY-----',
      `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(9000)}`,
      'bearer 1',
      `eyJ${'a'.repeat(1000)} `,
    ]),
  )('is screened in time that grows with its length alone: %j again and again', (part) => {
    const kinds = [
      EntityKind.EMAIL,
      EntityKind.PHONE,
      EntityKind.CARD,
      EntityKind.IBAN,
      EntityKind.IP,
      EntityKind.SECRET,
    ];
    const plan = createScreeningPlan(
      kinds.map((kind) => ({ kind, action: Action.DETECT })),
      createPhoneNumbers('US'),
    );
    const text = half(part);
    expect(screenText(text, plan).text).toBe(text);
  });
});
