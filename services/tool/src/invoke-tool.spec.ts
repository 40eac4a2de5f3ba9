import { unavailable, WeftError } from '@weft/errors';
import { silentLogger } from '@weft/runtime';
import { createArgumentsValidator } from './arguments-validator';
import { invokeTool } from './invoke-tool';
import { type Tool, type ToolContext } from './tool';
import { ToolFailure } from './tool-failure';

const caller = {
  identity: { tenantId: 'acme', principal: { kind: 'api_key' as const, id: 'k' }, scopes: [] },
  requestId: 'r',
  deadline: Infinity,
};
const parametersSchema = { type: 'object', properties: {}, additionalProperties: false };

function run(invoke: Tool['invoke'], options: { signal?: AbortSignal; timeoutMs?: number } = {}) {
  const tool: Tool = { name: 'test', description: '', parametersSchema, idempotent: true, invoke };
  return invokeTool(
    { tool, validate: createArgumentsValidator(parametersSchema) },
    { argumentsJson: '', collections: [], idempotencyKey: '' },
    { caller, signal: options.signal ?? new AbortController().signal },
    { timeoutMs: options.timeoutMs ?? 10_000, logger: silentLogger },
  );
}

describe('a tool', () => {
  it('answers with its result as JSON', async () => {
    expect(await run(async () => ({ answer: 42 }))).toEqual({ resultJson: '{"answer":42}', isError: false });
  });

  it('answers with null when it has no result', async () => {
    expect(await run(async () => undefined)).toEqual({ resultJson: 'null', isError: false });
  });

  it.each([
    ['says why', new ToolFailure('There is no such thing.'), 'There is no such thing.'],
    ['needs a service that is away', unavailable('PEER_AWAY', 'The peer is away.'), 'The peer is away.'],
    [
      'has a defect that it says too much of',
      new WeftError('INTERNAL', 'INTERNAL', 'row 7 of secrets'),
      'The tool failed.',
    ],
    ['throws something unforeseen', new TypeError('x is not a function'), 'The tool failed.'],
    ['throws no error at all', 'oops', 'The tool failed.'],
  ])('that %s answers with an error', async (_, error, message) => {
    const failing = () => Promise.reject(error as Error);
    expect(await run(failing)).toEqual({ resultJson: JSON.stringify({ error: message }), isError: true });
  });

  it('that throws before it has begun answers with an error', async () => {
    const throwing = () => {
      throw new Error('at once');
    };
    expect(await run(throwing)).toMatchObject({ isError: true });
  });

  it('whose result is no JSON answers with an error', async () => {
    expect(await run(async () => 1n)).toMatchObject({ isError: true });
  });

  it('that does not listen answers with an error when its time is up', async () => {
    const result = await run(() => new Promise(() => undefined), { timeoutMs: 5 });
    expect(result).toEqual({ resultJson: '{"error":"The tool did not finish within 5 ms."}', isError: true });
  });

  it('is told that its time is up', async () => {
    let aborted: Promise<unknown> | undefined;
    await run(
      (_, { signal }: ToolContext) => {
        aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
        return new Promise(() => undefined);
      },
      { timeoutMs: 5 },
    );
    expect(await aborted).toBeDefined();
  });

  it('is given up when nobody waits for it any more', async () => {
    const gone = new AbortController();
    const invoked = run(() => new Promise(() => undefined), { signal: gone.signal });
    gone.abort(new Error('the caller is gone'));
    await expect(invoked).rejects.toThrow('the caller is gone');
  });
});
