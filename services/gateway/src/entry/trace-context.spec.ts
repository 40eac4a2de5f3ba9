import { traceparentOf } from './trace-context';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';

describe('traceparentOf', () => {
  test('takes a valid one over', () => {
    expect(traceparentOf(`00-${trace}-${span}-01`)).toBe(`00-${trace}-${span}-01`);
  });

  test.each([
    undefined,
    '',
    `ff-${trace}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${trace}-${span}`,
    `00-${trace}-${span}-01, 00-${trace}-${span}-01`,
  ])('drops %j', (value) => {
    expect(traceparentOf(value)).toBeUndefined();
  });
});
