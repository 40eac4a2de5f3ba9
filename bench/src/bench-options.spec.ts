import { parseBenchOptions } from './bench-options';

it('measures everything unless it is told otherwise', () => {
  expect(parseBenchOptions([])).toEqual({
    only: ['chat', 'shapes', 'telemetry', 'ingest', 'search', 'vectors'],
    seconds: 3,
    rounds: 5,
    quick: false,
  });
});

it('measures what is named', () => {
  expect(parseBenchOptions(['--only', 'chat, search']).only).toEqual(['chat', 'search']);
});

it('lets numbers go before what --quick says', () => {
  expect(parseBenchOptions(['--quick', '--seconds', '2'])).toMatchObject({ seconds: 2, rounds: 1 });
});

it.each([
  [['--only', 'chatt']],
  [['--seconds', 'x']],
  [['--seconds', '']],
  [['--rounds', '0']],
  [['--other']],
])('refuses %j', (commandLine) => {
  expect(() => parseBenchOptions(commandLine)).toThrow();
});
