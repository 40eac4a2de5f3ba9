import { type WeftError } from '@weft/errors';
import { type AnswerHead, type BodyControl, type BodyReceiver } from './http-exchange';
import { errorOfAnswer } from './provider-errors';
import { providerReasons } from './provider-reasons';

/** More of an error's body is not read. */
const bodyBytesMax = 64 * 1024;

/** Reads the body of an answer that is an error, and tells the error. What of the body does not come is done without. */
export function collectRefusal(
  head: AnswerHead,
  model: string,
  control: BodyControl,
  reject: (error: WeftError) => void,
): BodyReceiver {
  const chunks: Buffer[] = [];
  let size = 0;
  const tell = () => reject(errorOfAnswer({ ...head, body: Buffer.concat(chunks).toString('utf8'), model }));
  return {
    data(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= bodyBytesMax) return;
      tell();
      control.abort();
    },
    end: tell,
    fail(error) {
      const isOfTheBody =
        error.reason === providerReasons.stalled || error.reason === providerReasons.connectionLost;
      if (isOfTheBody) tell();
      else reject(error);
    },
  };
}
