import { unavailable, WeftError } from '@weft/errors';

/** UNAVAILABLE: the run could not be made durable in time. What is recorded of it later, its process or whoever finds it decides. */
export function runNotRecorded(cause: unknown): WeftError {
  return unavailable('RUN_NOT_RECORDED', 'The run cannot be recorded now. Try again.', { cause });
}

/** UNAVAILABLE: the run was ended as lost, because its process died or did not answer for so long that it was taken for dead. */
export function runLost(): WeftError {
  return unavailable('RUN_LOST', 'The process that ran this did not answer and was given up. Try again.');
}

/** CANCELLED: by CancelRun, in whichever process. */
export function runCancelled(): WeftError {
  return new WeftError('CANCELLED', 'RUN_CANCELLED', 'The run was cancelled by CancelRun.');
}
