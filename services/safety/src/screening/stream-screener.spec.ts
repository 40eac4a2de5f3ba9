import { safety } from '@weft/contracts';
import fc from 'fast-check';
import { type Finding } from './finding';
import { denseText, generatedText } from './generated-text';
import { createPhoneNumbers } from './phone-numbers';
import { screenText } from './screen-text';
import { createScreeningPlan, type ScreeningPlan } from './screening-plan';
import { type ScreeningStep, StreamScreener } from './stream-screener';

const { Action, EntityKind } = safety;
const numbers = createPhoneNumbers('US');
const kinds = [
  EntityKind.EMAIL,
  EntityKind.PHONE,
  EntityKind.CARD,
  EntityKind.IBAN,
  EntityKind.IP,
  EntityKind.SECRET,
];
const redactAll = planOf(Action.REDACT);

/**
 * The longest beginning of a finding that may be undecided: a private key without its last line, with the
 * line it begins with.
 */
const heldBackMax = 8192 + 80;

function planOf(action: safety.Action, only: safety.EntityKind[] = kinds): ScreeningPlan {
  return createScreeningPlan(
    only.map((kind) => ({ kind, action })),
    numbers,
  );
}

function stream(pieces: string[], plan: ScreeningPlan): ScreeningStep[] {
  const screener = new StreamScreener(plan);
  const steps: ScreeningStep[] = [];
  for (const piece of pieces) {
    steps.push(screener.push(piece));
    if (steps.at(-1)!.blocked) return steps;
  }
  return [...steps, screener.end()];
}

function together(steps: ScreeningStep[]): { text: string; findings: Finding[] } {
  return {
    text: steps.map(({ released }) => released).join(''),
    findings: steps.flatMap(({ findings }) => findings),
  };
}

function whole(text: string, plan: ScreeningPlan): { text: string; findings: Finding[] } {
  const { text: redacted, findings } = screenText(text, plan);
  return { text: redacted, findings };
}

function cut(text: string, places: number[]): string[] {
  const ordered = [
    0,
    ...places.map((place) => place % (text.length + 1)).sort((left, right) => left - right),
    text.length,
  ];
  return ordered.slice(1).map((place, index) => text.slice(ordered[index], place));
}

const cutText = fc
  .tuple(generatedText(), fc.array(fc.nat(), { maxLength: 12 }))
  .map(([text, places]) => cut(text, places));

const samples = [
  'mail joe.bloggs+x@example.co.uk.',
  'call (415) 555-2671 now',
  '415-555-2671-88 415-555-2671- ok',
  '+44 (0)20 7946 0958, ok',
  'pay 4111 1111 1111 1111!',
  'IBAN DE89 3704 0044 0532 0130 00.',
  'at 10.0.0.1, 2001:db8::1.',
  '10.0.0.1.5 1.2.3.4-beta 1.2.3.4.',
  'x sk-abcDEF1234567890 y',
  'Bearer abcdef1234567890abcdef.',
  '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----',
  'a 😀 b 😀😀',
];

describe('a stream, put together', () => {
  it('equals the whole text redacted, and finds the same, wherever it is cut', () => {
    fc.assert(
      fc.property(cutText, (pieces) => {
        expect(together(stream(pieces, redactAll))).toEqual(whole(pieces.join(''), redactAll));
      }),
      { numRuns: 1500 },
    );
  });

  it('equals the whole text when it comes character by character', () => {
    fc.assert(
      fc.property(generatedText(), (text) => {
        expect(together(stream(text.split(''), redactAll))).toEqual(whole(text, redactAll));
      }),
      { numRuns: 400 },
    );
  });

  it('equals the whole text for every way of cutting a short one', () => {
    fc.assert(
      fc.property(denseText(9), (text) => {
        const expected = whole(text, redactAll);
        for (let places = 0; places < 2 ** (text.length - 1); places++) {
          const pieces = text.split('').reduce<string[]>((list, character, index) => {
            if (index > 0 && (places >> (index - 1)) % 2 === 0) list[list.length - 1] += character;
            else list.push(character);
            return list;
          }, []);
          expect(together(stream(pieces, redactAll))).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each(samples)('equals the whole text for every way of cutting %j in three', (text) => {
    const expected = whole(text, redactAll);
    for (let first = 0; first <= text.length; first++) {
      for (let second = first; second <= text.length; second++) {
        const pieces = [text.slice(0, first), text.slice(first, second), text.slice(second)];
        expect(together(stream(pieces, redactAll))).toEqual(expected);
      }
    }
  });

  it('equals the whole text where some kinds are redacted and others reported', () => {
    const rules = fc
      .subarray(kinds)
      .chain((chosen) =>
        fc.tuple(
          ...chosen.map((kind) =>
            fc.constantFrom(Action.DETECT, Action.REDACT).map((action) => ({ kind, action })),
          ),
        ),
      );
    fc.assert(
      fc.property(cutText, rules, (pieces, chosen) => {
        const plan = createScreeningPlan(chosen, numbers);
        expect(together(stream(pieces, plan))).toEqual(whole(pieces.join(''), plan));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a word that announces a number', 'call me at ', '4155552671 '],
    ['a word before a token', 'a Bearer ', 'abcdef1234567890abcdef '],
    ['a word before a version', 'a version ', '1.2.3.4 '],
  ])('equals the whole text where %s was released long ago with much before it', (_, before, after) => {
    const pieces = ['x '.repeat(1000) + before, after];
    expect(together(stream(pieces, redactAll))).toEqual(whole(pieces.join(''), redactAll));
  });

  it.each([
    ['a token', `x sk-${'aB1-'.repeat(2600)} y`],
    ['a private key without its last line', `x -----BEGIN PRIVATE KEY-----\n${'MIIB'.repeat(5000)} y`],
    ['an endless word', 'a'.repeat(20_000)],
    ['endless digits', '4'.repeat(20_000)],
    ['an endless domain', `a@${'b.'.repeat(10_000)}`],
    ['endless dashes', '-'.repeat(20_000)],
    ['endless brackets and digits', `(${'1'.repeat(20_000)}`],
    ['an endless header of a token', `eyJ${'a'.repeat(20_000)}`],
    ['an endless address', `${'a:'.repeat(10_000)}`],
  ])('equals the whole text for %s, and holds back a bounded part of it', (_, text) => {
    const pieces = text.match(/.{1,97}/gs)!;
    let pushed = 0;
    const heldBack = stream(pieces, redactAll).map(
      ({ watermark }, index) => (pushed += pieces[index]?.length ?? 0) - watermark,
    );
    expect(Math.max(...heldBack)).toBeLessThanOrEqual(heldBackMax);
    expect(together(stream(pieces, redactAll))).toEqual(whole(text, redactAll));
  });
});

describe('a stream, at every moment', () => {
  it('has released only what the whole text redacted begins with, whatever comes after', () => {
    fc.assert(
      fc.property(cutText, (pieces) => {
        const expected = whole(pieces.join(''), redactAll).text;
        let released = '';
        for (const step of stream(pieces, redactAll)) {
          released += step.released;
          expect(expected.startsWith(released)).toBe(true);
        }
      }),
      { numRuns: 700 },
    );
  });

  it('has released nothing of what becomes a finding, also where findings are left in the text', () => {
    const plan = planOf(Action.DETECT);
    fc.assert(
      fc.property(cutText, (pieces) => {
        const { findings } = whole(pieces.join(''), plan);
        let pushed = 0;
        for (const [index, { watermark }] of stream(pieces, plan).entries()) {
          pushed += pieces[index]?.length ?? 0;
          const open = findings.find(({ start, end }) => start < watermark && end > pushed);
          expect(open).toBeUndefined();
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('never moves its watermark back', () => {
    fc.assert(
      fc.property(cutText, (pieces) => {
        const watermarks = stream(pieces, redactAll).map(({ watermark }) => watermark);
        expect(watermarks).toEqual([...watermarks].sort((left, right) => left - right));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [
      'a word, with the character after it',
      ['The', ' quick', ' brown', ' fox'],
      ['', 'The ', 'quick ', 'brown ', 'fox'],
    ],
    ['a year, with the character after it', ['in', ' 2024', ' the'], ['', 'in ', '2024 ', 'the']],
    [
      'the words before a finding',
      ['write to joe@', 'example.com', ' now'],
      ['write to ', '', '[EMAIL] ', 'now'],
    ],
    [
      'what is no address, with the character that tells',
      ['me@home', ' is', ' it'],
      ['', 'me@home ', 'is ', 'it'],
    ],
    [
      'what is no card, with the digit that tells',
      ['no 4111 ', '1111 1111 111', '2 '],
      ['no ', '', '', '4111 1111 1111 1112 '],
    ],
  ])('releases %s', (_, pieces, expected) => {
    expect(stream(pieces, redactAll).map(({ released }) => released)).toEqual(expected);
  });

  it('releases each word at once where no rule looks for what a word can become', () => {
    const plan = planOf(Action.REDACT, [EntityKind.CARD, EntityKind.IBAN, EntityKind.SECRET]);
    expect(stream(['The', ' quick', ' brown', ' fox'], plan).map(({ released }) => released)).toEqual([
      'The',
      ' quick',
      ' brown',
      ' fox',
      '',
    ]);
  });

  it('keeps a bounded part of a long text', () => {
    let longest = 0;
    const advance = (text: string) => {
      longest = Math.max(longest, text.length);
      return text.length;
    };
    const plan = {
      createDetectors: () => [{ kind: EntityKind.EMAIL, advance }],
      actionOf: () => Action.REDACT,
    };
    stream(Array<string>(1000).fill('A hundred characters of text. '.repeat(4)), plan);
    expect(longest).toBeLessThan(1300);
  });

  it('holds back half of a surrogate pair', () => {
    expect(
      stream(['a\ud83d', '\ude00b '], planOf(Action.REDACT, [])).map(({ released }) => released),
    ).toEqual(['a', '😀b ', '']);
  });

  it('releases a lone high surrogate when the text ends with it', () => {
    expect(stream(['a\ud83d'], redactAll).at(-1)!.released).toBe('\ud83d');
  });
});

describe('a stream that is refused', () => {
  const blockEmail = createScreeningPlan(
    [
      { kind: EntityKind.EMAIL, action: Action.BLOCK },
      { kind: EntityKind.CARD, action: Action.REDACT },
    ],
    numbers,
  );

  it('has released what came before the finding, redacted', () => {
    const steps = stream(['pay 4111 1111 1111 1111 to ', 'joe@example', '.com and more'], blockEmail);
    expect(together(steps).text).toBe('pay [CARD] to ');
  });

  it('says so at the finding, with the watermark where it begins', () => {
    const steps = stream(['to ', 'joe@example', '.com and more', ' and more'], blockEmail);
    expect(steps.at(-1)).toEqual({
      released: '',
      watermark: 3,
      findings: [{ kind: EntityKind.EMAIL, action: Action.BLOCK, start: 3, end: 18 }],
      blocked: true,
    });
  });

  it('is refused wherever the whole text is', () => {
    fc.assert(
      fc.property(cutText, (pieces) => {
        const refused = stream(pieces, blockEmail).at(-1)!.blocked;
        expect(refused).toBe(screenText(pieces.join(''), blockEmail).blocked);
      }),
      { numRuns: 500 },
    );
  });

  it('takes nothing more', () => {
    const screener = new StreamScreener(blockEmail);
    screener.push('joe@example.com ');
    expect(() => screener.push('more')).toThrow('after its text had ended');
  });
});
