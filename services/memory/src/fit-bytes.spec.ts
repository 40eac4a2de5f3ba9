import { common } from '@weft/contracts';
import { fitBytes } from './fit-bytes';

const long = { message: common.Message.create({ role: common.Role.USER, content: 'x'.repeat(1_000_000) }) };

describe('fitBytes', () => {
  it('takes all that fit', () => {
    expect(fitBytes([long, long, long])).toBe(3);
  });

  it('stops before the one that does not fit', () => {
    expect(fitBytes([long, long, long, long])).toBe(3);
  });
});
