import { safety } from '@weft/contracts';
import { screenTexts } from './screen-texts';
import { createPhoneNumbers } from './screening/phone-numbers';
import { createScreeningPlan } from './screening/screening-plan';

const { Action, EntityKind } = safety;
const plan = createScreeningPlan(
  [{ kind: EntityKind.EMAIL, action: Action.REDACT }],
  createPhoneNumbers('US'),
);
const long = 'x '.repeat(200_000);

describe('long texts of one request', () => {
  it('let other work have its turn between them', async () => {
    let turns = 0;
    const ticking = setInterval(() => turns++, 0);
    setImmediate(() => turns++);
    await screenTexts([long, long, long], plan, new AbortController().signal);
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(0);
  });

  it('are not screened to their end when nobody waits for it', async () => {
    const gone = new AbortController();
    const screened = screenTexts([long, long, long], plan, gone.signal);
    gone.abort();
    await expect(screened).rejects.toThrow('aborted');
  });

  it('come back in their order', async () => {
    const { texts } = await screenTexts([long, 'joe@example.com', long], plan, new AbortController().signal);
    expect(texts).toEqual([long, '[EMAIL]', long]);
  });
});
