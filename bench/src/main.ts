#!/usr/bin/env node
import { parseBenchOptions, usage } from './bench-options';
import { writeResult } from './bench-result';
import { createProgress } from './progress';
import { faultsOf, runBench } from './run-bench';
import { startSystem, type SystemUnderTest } from './system/system-under-test';
import { figure, formatTable } from './table';

let system: SystemUnderTest | undefined;

main(process.argv.slice(2)).catch(async (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
  await system?.stop();
});

async function main(commandLine: readonly string[]): Promise<void> {
  if (commandLine.includes('--help')) return print(usage);
  const options = parseBenchOptions(commandLine);
  const progress = createProgress(process.stderr);
  progress.step('starting the fake provider and standalone');
  system = await startSystem();
  stopOnSignal(system);
  const result = await runBench(system, options, { progress, print });
  await system.stop();
  if (result.targets.length > 0) {
    const rows = result.targets.map(({ name, value, target, met }) => [
      name,
      figure(value, 3),
      target,
      met ? 'met' : 'MISSED',
    ]);
    print(`\nTargets\n\n${formatTable(['what', 'measured', 'target', ''], rows)}`);
  }
  print(`\n${writeResult(result)}`);
  const faults = faultsOf(result);
  if (faults.length === 0) return;
  process.stderr.write(`\nTHIS RUN HAD ERRORS, AND ITS FIGURES ARE NOT WORTH MUCH:\n${faults.join('\n')}\n`);
  process.exitCode = 1;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Without this the processes and their data would stay behind. */
function stopOnSignal(running: SystemUnderTest): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void running.stop().finally(() => process.exit(1)));
  }
}
