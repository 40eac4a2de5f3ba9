import { WeftError } from '@weft/errors';

/** What somebody can do whose machine cannot run the engines that are fetched. */
export const wayOut =
  'Use engines of your own: set WEFT_DATABASE_URL and WEFT_NATS_URL; compose.yaml starts both in containers.';

/** FAILED_PRECONDITION: this machine, or the folder given, cannot have engines as it is. */
export function enginesRefused(reason: string, message: string, cause?: unknown): WeftError {
  return new WeftError('FAILED_PRECONDITION', reason, message, { cause });
}
