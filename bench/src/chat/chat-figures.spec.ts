import { addedFigures, medianFigures, type RoundFigures, toRoundFigures } from './chat-figures';

const load = {
  seconds: 2,
  latenciesMs: [4, 2, 3, 9],
  firstTokensMs: [1, 1, 1, 2],
  errorCount: 0,
  errors: [],
};

function round(p50Ms: number): RoundFigures {
  return { ...toRoundFigures(load, 16, 10), p50Ms };
}

it('counts requests and tokens per second', () => {
  const { requestsPerSecond, tokensPerSecond } = toRoundFigures(load, 16, undefined);
  expect({ requestsPerSecond, tokensPerSecond }).toEqual({ requestsPerSecond: 2, tokensPerSecond: 32 });
});

it('shares the processor time out among the requests', () => {
  expect(toRoundFigures(load, 16, 10).processorMsPerRequest).toBe(2.5);
});

it('takes what is added within each round, so that a slow round does not count as weft', () => {
  // In the second round the machine was slow for both.
  const rounds = [
    { direct: round(1), weft: round(3) },
    { direct: round(10), weft: round(12) },
    { direct: round(1), weft: round(3) },
  ];
  expect(addedFigures(rounds).p50Ms).toBe(2);
});

it('takes the median of each figure over the rounds', () => {
  expect(medianFigures([round(1), round(50), round(2)]).p50Ms).toBe(2);
});
