import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Command } from 'commander';
import { type DoorClient } from '../door/door-client';
import { exitCodes } from '../exit-codes';
import { documentEndings, findFiles, isDocument } from '../ingest/find-files';
import { ingestFiles } from '../ingest/ingest-folder';
import { type FileOutcome } from '../ingest/ingest-outcome';
import { createIngestProgress } from '../ingest/ingest-progress';
import { printHowToResume, printReport } from '../ingest/print-report';
import { ensureCollection, storedHashes } from '../ingest/stored-documents';
import { printLine } from '../terminal';
import { UsageError } from '../usage-error';
import { type CommandContext, withDoor } from './command-context';
import { wholeNumber } from './option-values';

interface IngestOptions {
  collection: string;
  create: boolean;
  concurrency: number;
  detach: boolean;
}

/** Adds `weft ingest`. */
export function addIngestCommand(program: Command, context: CommandContext): void {
  program
    .command('ingest')
    .description(`ingest one document, or the documents below a folder (${documentEndings.join(' ')})`)
    .argument(
      '<path>',
      'a file, or a folder; of a folder, files and folders that begin with a dot, node_modules and links are left out',
    )
    .requiredOption('-c, --collection <name>', 'the collection that they go into')
    .option('--create', 'create the collection when it is not there', true)
    .option('--no-create', 'fail when the collection is not there')
    .option('--concurrency <number>', 'how many documents are sent at a time', wholeNumber(1, 32), 2)
    .option('--detach', 'end once weft has accepted the documents, and leave it to it to ingest them', false)
    .addHelpText(
      'after',
      '\nRun it again to go on after a stop, or after documents changed: what is there already is not sent again.\n' +
        'Documents that are gone from the folder stay in the collection.\n\nExample: weft ingest docs --collection handbook',
    )
    .action(async (path: string, options: IngestOptions, command: Command) => {
      const source = await openSource(path);
      await withDoor(context, command, (client) => ingestSource(context, client, source, options));
    });
}

async function ingestSource(
  context: CommandContext,
  client: DoorClient,
  { folder, file }: IngestSource,
  options: IngestOptions,
): Promise<void> {
  const { terminal, interruption } = context;
  const { collection, create, concurrency, detach } = options;
  const signal = interruption.requested;
  const { uris, unreadable } =
    file === undefined ? await findFiles(folder) : { uris: [file], unreadable: [] };
  const isNew = await ensureCollection(client, collection, { create, signal });
  if (isNew) printLine(terminal.error, `Created the collection ${collection}.`);
  const stored = isNew ? new Map<string, string>() : await storedHashes(client, collection, signal);

  const progress = createIngestProgress(terminal, uris.length);
  const target = {
    client,
    folder,
    collection,
    stored,
    detach,
    stopRequested: signal,
    stopForced: interruption.forced,
    onRetry: ({ message }: Error, delayMs: number) =>
      progress.note(`${message} Trying again in ${Math.ceil(delayMs / 1000)} s.`),
  };
  signal.addEventListener('abort', () =>
    progress.note('Finishing what is under way; once more ends it at once.'),
  );
  const { report, error } = await ingestFiles(target, uris, { concurrency, progress });
  progress.close();

  if (uris.length === 0) printLine(terminal.error, `There are no documents below ${folder}.`);
  report.failures.push(...unreadable.map(toFailure));
  printReport(terminal, report);
  if (report.accepted > 0)
    printLine(terminal.error, `See how far they are: weft ingestions list --collection ${collection}`);
  if (signal.aborted || error !== undefined) printHowToResume(terminal, report);
  if (error !== undefined) throw error;
  if (report.failures.length > 0) context.exitCode = exitCodes.failed;
}

function toFailure({ uri, message }: { uri: string; message: string }): FileOutcome & { kind: 'failed' } {
  return { kind: 'failed', uri: `${uri}/`, reason: 'FOLDER_UNREADABLE', message };
}

/** Documents below a folder, or one file of it. */
interface IngestSource {
  folder: string;
  /** The file's name, which is its URI in the collection; undefined means every document below the folder. */
  file: string | undefined;
}

async function openSource(path: string): Promise<IngestSource> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return { folder: path, file: undefined };
  if (!found?.isFile()) throw new UsageError(`There is no file or folder '${path}'.`);
  if (!isDocument(path))
    throw new UsageError(`'${path}' is none of the kinds that weft reads: ${documentEndings.join(' ')}.`);
  return { folder: dirname(path), file: basename(path) };
}
