import { readFileSync } from 'node:fs';
import { WeftError } from '@weft/errors';

/**
 * Reads the file that a variable names.
 *
 * @throws WeftError FAILED_PRECONDITION `BAD_CONFIGURATION` naming the variable and the file when it cannot be read
 */
export function readSettingFile(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    const message = `${variable}: the file '${file}' cannot be read (${code}).`;
    throw new WeftError('FAILED_PRECONDITION', 'BAD_CONFIGURATION', message, { cause });
  }
}
