import { safety } from '@weft/contracts';
import { type KindRule } from './finding';
import { createPhoneNumbers } from './phone-numbers';
import { createScreeningPlan } from './screening-plan';
import { screenText } from './screen-text';

const { Action, EntityKind } = safety;
const text = 'x.sk-abcdefgh12345678@example.com';

function screen(source: string, rules: KindRule[]) {
  return screenText(source, createScreeningPlan(rules, createPhoneNumbers('DE')));
}

describe('findings that overlap', () => {
  it('become one label where both are redacted: that of the one that begins first', () => {
    const rules = [EntityKind.EMAIL, EntityKind.SECRET].map((kind) => ({ kind, action: Action.REDACT }));
    expect(screen(text, rules).text).toBe('[EMAIL]');
  });

  it('leave nothing of the one that goes on beyond the other', () => {
    const rules = [EntityKind.EMAIL, EntityKind.SECRET].map((kind) => ({ kind, action: Action.REDACT }));
    expect(screen('a@b.sk-abcdefgh12345678_tail9 end', rules).text).toBe('[EMAIL] end');
  });

  it('leave out the one inside of another that does as much', () => {
    const rules = [EntityKind.EMAIL, EntityKind.SECRET].map((kind) => ({ kind, action: Action.REDACT }));
    expect(screen(text, rules).findings.map(({ kind }) => kind)).toEqual([EntityKind.EMAIL]);
  });

  it('do not hide a secret that is redacted inside of an address that is merely reported', () => {
    const rules = [
      { kind: EntityKind.EMAIL, action: Action.DETECT },
      { kind: EntityKind.SECRET, action: Action.REDACT },
    ];
    expect(screen(text, rules).text).toBe('x.[SECRET]@example.com');
  });

  it('do not hide a secret that is refused inside of an address that is redacted', () => {
    const rules = [
      { kind: EntityKind.EMAIL, action: Action.REDACT },
      { kind: EntityKind.SECRET, action: Action.BLOCK },
    ];
    expect(screen(text, rules).blocked).toBe(true);
  });

  it('report an IBAN without the telephone number that its digits could be', () => {
    const both = [EntityKind.PHONE, EntityKind.IBAN].map((kind) => ({ kind, action: Action.DETECT }));
    const kinds = [both.slice(0, 1), both].map((rules) =>
      screen('DE15 3704 0044 2079 4609 58', rules).findings.map(({ kind }) => kind),
    );
    expect(kinds).toEqual([[EntityKind.PHONE], [EntityKind.IBAN]]);
  });
});

describe('a whole text', () => {
  it('is left as it is where findings are merely reported', () => {
    expect(screen('to joe@example.com', [{ kind: EntityKind.EMAIL, action: Action.DETECT }])).toEqual({
      text: 'to joe@example.com',
      blocked: false,
      findings: [{ kind: EntityKind.EMAIL, action: Action.DETECT, start: 3, end: 18 }],
    });
  });

  it('counts offsets in UTF-16 code units of the original', () => {
    const rules = [EntityKind.EMAIL, EntityKind.CARD].map((kind) => ({ kind, action: Action.REDACT }));
    const { findings } = screen('😀 joe@example.com 😀 4111111111111111', rules);
    expect(findings.map(({ start, end }) => [start, end])).toEqual([
      [3, 18],
      [22, 38],
    ]);
  });

  it('is empty when it is refused', () => {
    expect(screen('to joe@example.com', [{ kind: EntityKind.EMAIL, action: Action.BLOCK }]).text).toBe('');
  });

  it('is not searched for kinds without a rule', () => {
    expect(
      screen('joe@example.com 4111111111111111', [{ kind: EntityKind.CARD, action: Action.REDACT }]).text,
    ).toBe('joe@example.com [CARD]');
  });
});
