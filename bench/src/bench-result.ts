import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { type BenchOptions } from './bench-options';
import { type SettingFigures } from './chat/chat-figures';
import { type IngestionFigures } from './ingestion/measure-ingestion';
import { type RetrievalFigures } from './retrieval/measure-retrieval';
import { type IdleStreamFigures } from './shapes/idle-streams';
import { type ShapeFigures } from './shapes/measure-shapes';
import { type TargetResult } from './target';
import { type TelemetryResult } from './telemetry/measure-telemetry';
import { type VectorFigures } from './vectors/measure-vectors';

/** All that one run measured. Times are in the unit that a name ends with. */
export interface BenchResult {
  startTime: string;
  machine: {
    processor: string;
    cores: number;
    memoryBytes: number;
    platform: string;
    node: string;
    /** How many threads wanted to run, on average over the minute before; 0 where the system does not say. */
    loadAverage: number;
  };
  /** The commit that was measured; undefined outside of a checkout. */
  commit: string | undefined;
  options: BenchOptions;
  standalone: {
    firstStartMs: number;
    residentMebibytesAtStart: number | undefined;
    residentMebibytesAtEnd: number | undefined;
  };
  chat?: SettingFigures[];
  /** What the chat path should do beside answering and does not, in words. */
  unmetClaims: string[];
  ingestion?: IngestionFigures;
  retrieval?: RetrievalFigures;
  vectors?: VectorFigures;
  shapes?: ShapeFigures[];
  idleStreams?: IdleStreamFigures;
  telemetry?: TelemetryResult;
  targets: TargetResult[];
}

export function describeMachine(): BenchResult['machine'] {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    platform: `${platform()} ${arch()}`,
    node: process.version,
    loadAverage: loadavg()[0] ?? 0,
  };
}

export function currentCommit(): string | undefined {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      cwd: __dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** Writes `results/<time>.json` beside the code and returns its path. */
export function writeResult(result: BenchResult): string {
  const folder = join(__dirname, '..', 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${result.startTime.replaceAll(/[:.]/g, '-')}.json`);
  writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
  return file;
}
