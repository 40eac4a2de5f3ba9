import { type CompiledPrompt } from './compile-prompt';

/** How much text all that is kept may be made of, in UTF-16 code units. */
const totalSizeMax = 20_000_000;

/**
 * Prompt versions that are ready to render, by digest; the one used longest ago makes room.
 * A digest stands for its content, so nothing here ever becomes stale, whatever happens to prompts and labels.
 */
export class CompiledPrompts {
  private readonly kept = new Map<string, CompiledPrompt>();
  private totalSize = 0;

  constructor(private readonly countMax: number) {}

  get(digest: string): CompiledPrompt | undefined {
    const compiled = this.kept.get(digest);
    if (compiled !== undefined) {
      this.kept.delete(digest);
      this.kept.set(digest, compiled);
    }
    return compiled;
  }

  set(digest: string, compiled: CompiledPrompt): void {
    this.drop(digest);
    this.kept.set(digest, compiled);
    this.totalSize += compiled.size;
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.countMax && this.totalSize <= totalSizeMax) break;
      this.drop(oldest);
    }
  }

  private drop(digest: string): void {
    this.totalSize -= this.kept.get(digest)?.size ?? 0;
    this.kept.delete(digest);
  }
}
