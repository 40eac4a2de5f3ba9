import { type BenchOptions } from './bench-options';
import { type BenchResult, currentCommit, describeMachine } from './bench-result';
import { unmetClaims } from './chat/check-claims';
import { measureChat } from './chat/measure-chat';
import { chatTable, chatTargets } from './chat/report-chat';
import { type IngestionFigures, measureIngestion } from './ingestion/measure-ingestion';
import { type Progress } from './progress';
import { findCranfield } from './retrieval/find-cranfield';
import { measureRetrieval } from './retrieval/measure-retrieval';
import { retrievalTable, retrievalTargets } from './retrieval/report-retrieval';
import { measureIdleStreams } from './shapes/idle-streams';
import { measureShapes } from './shapes/measure-shapes';
import { shapesTargets, shapesText } from './shapes/report-shapes';
import { startDistributed } from './shapes/start-distributed';
import { residentMebibytes } from './system/child-process';
import { type SystemUnderTest } from './system/system-under-test';
import { measureTelemetry } from './telemetry/measure-telemetry';
import { telemetryTable, telemetryTargets } from './telemetry/report-telemetry';
import { measureVectors } from './vectors/measure-vectors';
import { vectorsTargets, vectorsText } from './vectors/report-vectors';

/** Where results and what goes on are told. */
export interface BenchOutput {
  progress: Progress;
  print(text: string): void;
}

/** Measures what is asked for, and prints each part as soon as it is there. */
export async function runBench(
  system: SystemUnderTest,
  options: BenchOptions,
  output: BenchOutput,
): Promise<BenchResult> {
  const result: BenchResult = {
    startTime: new Date().toISOString(),
    machine: describeMachine(),
    commit: currentCommit(),
    options,
    standalone: {
      firstStartMs: system.firstStartMs,
      residentMebibytesAtStart: residentMebibytes(system.weft.pid),
      residentMebibytesAtEnd: undefined,
    },
    unmetClaims: [],
    targets: [],
  };
  output.print(preamble(result));
  if (options.only.includes('chat')) await benchChat(system, result, output);
  if (options.only.includes('ingest')) await benchIngestion(system, result, output);
  if (options.only.includes('shapes')) await benchShapes(system, result, output);
  if (options.only.includes('telemetry')) await benchTelemetry(system, result, output);
  if (options.only.includes('search')) await benchSearch(system, result, output);
  if (options.only.includes('vectors')) await benchVectors(result, output);
  result.standalone.residentMebibytesAtEnd = residentMebibytes(system.weft.pid);
  output.progress.clear();
  return result;
}

/** Every fault of a run, in words. */
export function faultsOf(result: BenchResult): string[] {
  const { chat = [], shapes = [], idleStreams, telemetry, unmetClaims: unmet } = result;
  const { ingestion, retrieval, vectors } = result;
  return [
    ...unmet,
    ...(idleStreams?.errors ?? []),
    ...(telemetry?.problems ?? []),
    ...[...chat, ...shapes, ...(telemetry?.figures ?? [])].flatMap(
      ({ kind, connections, errorCount, errors }) =>
        errorCount === 0
          ? []
          : [
              `${errorCount} of the ${kind} answers over ${connections} connections were wrong: ${errors.join(' | ')}`,
            ],
    ),
    ...(ingestion?.failures ?? []),
    ...(retrieval?.failures ?? []),
    ...(vectors?.failures ?? []),
  ];
}

function preamble({ machine, commit, standalone, options }: BenchResult): string {
  const { processor, cores, node, loadAverage } = machine;
  const isBusy = loadAverage > cores / 4;
  const { firstStartMs, residentMebibytesAtStart } = standalone;
  return (
    `${processor}, ${cores} cores, Node ${node}, commit ${commit ?? 'unknown'}\n` +
    `first start ${(firstStartMs / 1000).toFixed(1)} s, resident ${residentMebibytesAtStart?.toFixed(0) ?? '–'} MiB, ` +
    `${options.rounds} rounds of ${options.seconds} s, direct and through weft in turn` +
    (isBusy
      ? `\nTHE MACHINE IS BUSY (load average ${loadAverage.toFixed(1)}): these figures are not those of weft alone`
      : '')
  );
}

async function benchChat(
  system: SystemUnderTest,
  result: BenchResult,
  { progress, print }: BenchOutput,
): Promise<void> {
  const { seconds, rounds } = result.options;
  result.unmetClaims = await unmetClaims(system.weft);
  result.chat = await measureChat(system, { seconds, rounds, onSetting: (text) => progress.step(text) });
  result.targets.push(...chatTargets(result.chat));
  progress.clear();
  print(`\nChat\n\n${chatTable(result.chat)}`);
}

const idleStreamCount = 1000;

async function benchShapes(
  system: SystemUnderTest,
  result: BenchResult,
  { progress, print }: BenchOutput,
): Promise<void> {
  progress.step('starting one process a service on real engines');
  const distributed = await startDistributed(system.direct.origin);
  try {
    const { seconds, rounds } = result.options;
    const onSetting = (text: string) => progress.step(text);
    result.shapes = await measureShapes(system.weft, distributed, { seconds, rounds, onSetting });
    progress.step(`${idleStreamCount} idle streams`);
    result.idleStreams = await measureIdleStreams(distributed, idleStreamCount);
  } finally {
    await distributed.stop();
  }
  result.targets.push(...shapesTargets(result.shapes, result.idleStreams));
  progress.clear();
  print(`\nShapes\n\n${shapesText(result.shapes, result.idleStreams)}`);
}

/** Each shape is measured beside itself: what one costs says nothing of the other. */
async function benchTelemetry(
  system: SystemUnderTest,
  result: BenchResult,
  { progress, print }: BenchOutput,
): Promise<void> {
  const { seconds, rounds } = result.options;
  const onSetting = (text: string) => progress.step(text);
  result.telemetry = { figures: [], problems: [] };
  for (const shape of ['standalone', 'distributed'] as const) {
    progress.step(`starting ${shape} without and with telemetry`);
    const options = { shape, seconds, rounds, onSetting };
    const { figures, problems } = await measureTelemetry(system.direct.origin, options);
    result.telemetry.figures.push(...figures);
    result.telemetry.problems.push(...problems);
  }
  result.targets.push(...telemetryTargets(result.telemetry.figures));
  progress.clear();
  print(`\nTelemetry\n\n${telemetryTable(result.telemetry.figures)}`);
}

async function benchIngestion(
  system: SystemUnderTest,
  result: BenchResult,
  { progress, print }: BenchOutput,
): Promise<void> {
  progress.step('ingestion of generated Markdown');
  const { quick } = result.options;
  result.ingestion = await measureIngestion(system.weft, {
    quick,
    onProgress: (text) => progress.detail(text),
  });
  progress.clear();
  print(`\nIngestion\n\n${ingestionLine(result.ingestion)}`);
}

function ingestionLine({
  documents,
  bytes,
  chunks,
  seconds,
  documentsPerSecond,
  chunksPerSecond,
}: IngestionFigures): string {
  return (
    `${documents} Markdown documents (${(bytes / 1024).toFixed(0)} KiB) in ${chunks} chunks took ${seconds.toFixed(1)} s with the built-in ` +
    `embedding: ${documentsPerSecond.toFixed(2)} documents/s, ${chunksPerSecond.toFixed(1)} chunks/s`
  );
}

async function benchSearch(
  system: SystemUnderTest,
  result: BenchResult,
  { progress, print }: BenchOutput,
): Promise<void> {
  const folder = findCranfield(process.env, __dirname);
  if (folder === undefined) {
    print(
      '\nRetrieval\n\nnot measured: there is no Cranfield collection. Set WEFT_CRANFIELD_DIR to a folder with corpus.jsonl, queries.jsonl and qrels.tsv.',
    );
    return;
  }
  progress.step('retrieval quality on Cranfield: ingestion takes a few minutes');
  const { quick } = result.options;
  result.retrieval = await measureRetrieval(system.weft, folder, {
    quick,
    onProgress: (text) => progress.detail(text),
  });
  result.targets.push(...retrievalTargets(result.retrieval));
  progress.clear();
  const { documents, chunks, queries, ingestSeconds } = result.retrieval;
  print(
    `\nRetrieval: Cranfield, ${documents} documents in ${chunks} chunks, ${queries} queries ` +
      `(ingested in ${ingestSeconds.toFixed(0)} s, ${(chunks / ingestSeconds).toFixed(1)} chunks/s)\n\n${retrievalTable(result.retrieval)}`,
  );
}

async function benchVectors(result: BenchResult, { progress, print }: BenchOutput): Promise<void> {
  const serverUrl = process.env['WEFT_DATABASE_URL'];
  if (serverUrl === undefined) {
    print('\nVectors\n\nnot measured: WEFT_DATABASE_URL names no PostgreSQL server with pgvector.');
    return;
  }
  progress.step('search of many vectors: writing them takes a few minutes');
  const { quick } = result.options;
  result.vectors = await measureVectors(serverUrl, { quick, onProgress: (text) => progress.detail(text) });
  result.targets.push(...vectorsTargets(result.vectors));
  progress.clear();
  print(`\n${vectorsText(result.vectors)}`);
}
