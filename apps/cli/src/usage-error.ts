/** The command line or the settings make no sense: nothing was asked of weft. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
