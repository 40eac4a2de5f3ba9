import { safety } from '@weft/contracts';
import fc from 'fast-check';
import { denseText, generatedText } from './generated-text';
import { createPhoneNumbers } from './phone-numbers';
import { referenceScanners } from './reference-scanner';
import { createScreeningPlan } from './screening-plan';
import { screenText } from './screen-text';

const numbers = createPhoneNumbers('US');

describe('the detector', () => {
  it.each([...referenceScanners].map(([kind, scan]) => ({ name: safety.EntityKind[kind], kind, scan })))(
    'of $name finds what the reference finds, and nothing else',
    ({ kind, scan }) => {
      const plan = createScreeningPlan([{ kind, action: safety.Action.REDACT }], numbers);
      fc.assert(
        fc.property(fc.oneof({ weight: 3, arbitrary: generatedText() }, denseText(30)), (text) => {
          expect(screenText(text, plan).findings.map(({ start, end }) => [start, end])).toEqual(scan(text));
        }),
        { numRuns: 1500 },
      );
    },
  );
});
