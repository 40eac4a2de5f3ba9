import { WeftError } from '@weft/errors';

/** How many numbers the vectors of each model have, as far as it is known. */
export class ModelDimensions {
  private readonly known = new Map<string, number>();

  /** 0 until it is known. */
  of(model: string): number {
    return this.known.get(model) ?? 0;
  }

  /**
   * Learns the dimension of a model, or holds vectors against what is known.
   *
   * @throws WeftError FAILED_PRECONDITION `EMBEDDING_DIMENSION_MISMATCH`: what the provider serves under this name has changed
   */
  check(model: string, dimensions: number): void {
    const known = this.known.get(model);
    if (known === undefined) {
      this.known.set(model, dimensions);
    } else if (known !== dimensions) {
      throw new WeftError(
        'FAILED_PRECONDITION',
        'EMBEDDING_DIMENSION_MISMATCH',
        `Vectors of '${model}' had ${known} numbers and now have ${dimensions}. The provider serves another model under that name.`,
        { metadata: { model, expected: String(known), actual: String(dimensions) } },
      );
    }
  }
}
