/** A tool ran and failed. The message is for the model: what is wrong and what it can do about it. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
}
