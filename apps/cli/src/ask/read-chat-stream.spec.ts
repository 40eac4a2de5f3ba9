import fc from 'fast-check';
import { readChatStream } from './read-chat-stream';

const text = 'Grüße, 世界 🧵!';

function frames(): Buffer {
  const chunk = { choices: [{ delta: { content: text } }] };
  return Buffer.from(`: keep-alive\r\n\r\ndata: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
}

async function* pieces(bytes: Buffer, cuts: number[]): AsyncGenerator<Buffer> {
  const sorted = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  for (let index = 1; index < sorted.length; index += 1)
    yield bytes.subarray(sorted[index - 1], sorted[index]);
}

async function read(bytes: Buffer, cuts: number[] = []): Promise<string> {
  let answer = '';
  await readChatStream(pieces(bytes, cuts), (more) => (answer += more));
  return answer;
}

it('reads the same text however the bytes are cut', async () => {
  const bytes = frames();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
      expect(await read(bytes, cuts)).toBe(text);
    }),
  );
});

it('never takes a stream for whole that was cut before its end', async () => {
  const bytes = frames();
  const whole = bytes.length - '\n\n'.length;
  await fc.assert(
    fc.asyncProperty(fc.nat(whole), async (length) => {
      await expect(read(bytes.subarray(0, length))).rejects.toThrow('cut off');
    }),
  );
});

it('refuses a piece that is not JSON', async () => {
  await expect(read(Buffer.from('data: {"choices":\n\n'))).rejects.toMatchObject({ reason: 'BAD_CHUNK' });
});
