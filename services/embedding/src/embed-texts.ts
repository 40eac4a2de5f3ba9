import { callerGone, untilAborted } from '@weft/rpc';
import { internal, WeftError } from '@weft/errors';
import { currentTraceparent, type Logger, ModelCallObservation } from '@weft/runtime';
import { type EmbeddingCache } from './embedding-cache';
import { type EmbeddedText, type EmbeddedTexts, type EmbeddingProvider } from './embedding-provider';
import { type ModelDimensions } from './model-dimensions';
import { textDigest } from './text-digest';
import { sliceTexts } from './text-slices';

/** What to embed for whom. */
export interface EmbedRequest {
  tenantId: string;
  model: string;
  provider: EmbeddingProvider;
  texts: readonly string[];
  signal: AbortSignal;
}

/** The vector of one text, and whether this request paid for it. */
export interface EmbedResult extends EmbeddedText {
  cached: boolean;
  /** Whether `tokenCount` is a guess. */
  estimated: boolean;
}

/** A text that is being looked up or embedded. Everybody who wants it meanwhile waits for the same result. */
interface Flight {
  digest: string;
  text: string;
  result: Promise<EmbedResult>;
  resolve(result: EmbedResult): void;
  reject(error: unknown): void;
  group: Group;
}

/** The texts that one request began with. It goes on while anybody waits for any of them. */
interface Group {
  waiters: number;
  controller: AbortController;
}

/**
 * Embeds texts: from the cache, from what others are embedding just now, and the rest by the provider.
 *
 * A text is in flight from its lookup until its vector is in the cache, so equal texts are embedded once however many
 * requests ask for them. A failing cache costs time but fails nothing.
 */
export class TextEmbedder {
  private readonly flights = new Map<string, Flight>();
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly cache: EmbeddingCache,
    private readonly dimensions: ModelDimensions,
    private readonly logger: Logger,
  ) {}

  /** One result for each text, in order. */
  async embed(request: EmbedRequest): Promise<EmbedResult[]> {
    const { flights, begun } = this.join(request);
    const groups = new Set([...flights.values()].map(({ group }) => group));
    for (const group of groups) group.waiters += 1;
    if (begun.length > 0) this.start(request, begun);
    try {
      const results = new Map<string, EmbedResult>();
      const all = Promise.all(
        [...flights].map(async ([digest, flight]) => results.set(digest, await flight.result)),
      );
      await untilAborted(all, request.signal);
      return this.inOrder(request, results, new Set(begun.map(({ digest }) => digest)));
    } finally {
      for (const group of groups) leave(group);
    }
  }

  /** Resolves when everything that was embedded is in the cache, or failed to get there. */
  async drain(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** Finds the flight of each text, or begins one. */
  private join(request: EmbedRequest): { flights: Map<string, Flight>; begun: Flight[] } {
    const flights = new Map<string, Flight>();
    const begun: Flight[] = [];
    const group: Group = { waiters: 0, controller: new AbortController() };
    for (const text of request.texts) {
      const digest = textDigest(text);
      if (flights.has(digest)) continue;
      const key = flightKey(request, digest);
      const known = this.flights.get(key);
      const flight =
        known !== undefined && !known.group.controller.signal.aborted
          ? known
          : newFlight(digest, text, group);
      if (flight !== known) {
        this.flights.set(key, flight);
        begun.push(flight);
      }
      flights.set(digest, flight);
    }
    return { flights, begun };
  }

  private start(request: EmbedRequest, flights: Flight[]): void {
    const task = this.run(request, flights)
      .catch((error: unknown) => flights.forEach(({ reject }) => reject(error)))
      .finally(() => {
        this.running.delete(task);
        for (const flight of flights) {
          const key = flightKey(request, flight.digest);
          if (this.flights.get(key) === flight) this.flights.delete(key);
        }
      });
    this.running.add(task);
  }

  private async run(request: EmbedRequest, flights: Flight[]): Promise<void> {
    const cached = await this.lookUp(request, flights);
    const missing = flights.filter((flight) => {
      const hit = cached.get(flight.digest);
      if (hit !== undefined) flight.resolve({ ...hit, cached: true, estimated: false });
      return hit === undefined;
    });
    const slices = sliceTexts(missing, request.provider.limits);
    const callers = Array.from({ length: request.provider.limits.callsAtOnce }, async () => {
      for (let slice = slices.shift(); slice !== undefined; slice = slices.shift())
        await this.embedSlice(request, slice);
    });
    const outcomes = await Promise.allSettled(callers);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  private async lookUp(request: EmbedRequest, flights: Flight[]): Promise<Map<string, EmbeddedText>> {
    try {
      return await this.cache.find(
        request.tenantId,
        request.model,
        flights.map(({ digest }) => digest),
      );
    } catch (error) {
      this.logger.warn({ err: error, model: request.model }, 'looking up cached embeddings failed');
      return new Map();
    }
  }

  private async embedSlice(request: EmbedRequest, slice: Flight[]): Promise<void> {
    const { texts: embedded, estimated } = await this.callProvider(request, slice);
    for (const [index, flight] of slice.entries())
      flight.resolve({ ...embedded[index]!, cached: false, estimated });
    try {
      const entries = new Map(slice.map(({ digest }, index) => [digest, embedded[index]!]));
      await this.cache.add(request.tenantId, request.model, entries);
    } catch (error) {
      this.logger.warn({ err: error, model: request.model }, 'caching embeddings failed');
    }
  }

  /** A failure is told at once: who waits for these texts need not wait until the other slices are done. */
  private async callProvider(request: EmbedRequest, slice: Flight[]): Promise<EmbeddedTexts> {
    const { signal } = slice[0]!.group.controller;
    const texts = slice.map(({ text }) => text);
    const { model, provider } = request;
    const traceparent = currentTraceparent();
    const observation = ModelCallObservation.begin({
      operation: 'embeddings',
      provider: provider.name,
      model,
      traceparent,
    });
    try {
      const answer = await provider.embed(model, texts, signal);
      this.dimensions.check(model, answer.texts[0]!.vector.length);
      const inputTokens = answer.texts.reduce((sum, { tokenCount }) => sum + tokenCount, 0);
      observation?.completed({ inputTokens, outputTokens: 0 });
      return answer;
    } catch (error) {
      observation?.failed(error instanceof WeftError ? error.reason : 'INTERNAL');
      for (const { reject } of slice) reject(error);
      throw error;
    }
  }

  private inOrder(
    request: EmbedRequest,
    results: Map<string, EmbedResult>,
    begun: Set<string>,
  ): EmbedResult[] {
    return request.texts.map((text) => {
      const digest = textDigest(text);
      const result = results.get(digest);
      if (result === undefined) throw internal('a text was not embedded');
      this.dimensions.check(request.model, result.vector.length);
      // Whoever began the flight pays, once; for everybody else, and for the same text again, it is as good as cached.
      return { ...result, cached: result.cached || !begun.delete(digest) };
    });
  }
}

function newFlight(digest: string, text: string, group: Group): Flight {
  const { promise, resolve, reject } = Promise.withResolvers<EmbedResult>();
  // Everybody may have left when it fails.
  promise.catch(() => undefined);
  return { digest, text, result: promise, resolve, reject, group };
}

function leave(group: Group): void {
  group.waiters -= 1;
  if (group.waiters === 0) group.controller.abort(callerGone());
}

function flightKey({ tenantId, model }: EmbedRequest, digest: string): string {
  return JSON.stringify([tenantId, model, digest]);
}
