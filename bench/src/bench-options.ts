import { parseArgs } from 'node:util';

/** What can be measured. */
export const benchmarkNames = ['chat', 'shapes', 'telemetry', 'ingest', 'search', 'vectors'] as const;

export type BenchmarkName = (typeof benchmarkNames)[number];

/** How much is measured. */
export interface BenchOptions {
  only: readonly BenchmarkName[];
  /** How long one round of load takes. */
  seconds: number;
  /** How often each setting is measured, direct and through weft in turn. */
  rounds: number;
  /** Few and short rounds, and a part of the retrieval collection: to see that all works, not to compare. */
  quick: boolean;
}

export const usage = `node bench/dist/main.js [--only chat,shapes,telemetry,ingest,search,vectors] [--seconds 3] [--rounds 5] [--quick]

  --only     what is measured: chat, shapes, telemetry, ingest, search, vectors, with commas between (all)
  --seconds  how long one round of load takes (3, with --quick 1)
  --rounds   how often each setting is measured, direct and through weft in turn (5, with --quick 1)
  --quick    few and short rounds, and a tenth of the retrieval queries: to see that it works, not to compare
`;

/**
 * Reads the command line.
 *
 * @throws Error that says what is wrong
 */
export function parseBenchOptions(commandLine: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...commandLine],
    options: {
      only: { type: 'string' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  const { quick } = values;
  return {
    only: values.only === undefined ? benchmarkNames : values.only.split(',').map(benchmarkName),
    seconds: numberBetween('--seconds', values.seconds, quick ? 1 : 3, 0.1, 600),
    rounds: Math.round(numberBetween('--rounds', values.rounds, quick ? 1 : 5, 1, 100)),
    quick,
  };
}

function benchmarkName(text: string): BenchmarkName {
  const name = benchmarkNames.find((candidate) => candidate === text.trim());
  if (name === undefined)
    throw new Error(`--only: there is no '${text}'; there are ${benchmarkNames.join(', ')}`);
  return name;
}

function numberBetween(
  option: string,
  text: string | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new Error(`${option}: must be a number from ${min} to ${max}, and is '${text}'`);
}
