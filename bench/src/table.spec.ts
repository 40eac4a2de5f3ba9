import { figure, formatTable } from './table';

it('puts numbers right and text left, and says where there is no number', () => {
  const rows = [
    ['direct', '', figure(1.25, 1)],
    ['weft', figure(10), figure(undefined)],
  ];
  expect(formatTable(['through', 'added', 'ms'], rows)).toBe(
    ['through  added   ms', '-------  -----  ---', 'direct          1.3', 'weft        10    –'].join('\n'),
  );
});
