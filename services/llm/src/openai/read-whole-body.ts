import { type Dispatcher } from 'undici';
import { type AnswerHead, exchange, type ExchangeRequest } from './http-exchange';
import { malformed } from './provider-errors';

/** Larger bodies are not read. */
const bodyBytesMax = 16 * 1024 * 1024;

/** A whole answer, whatever its status. */
export interface WholeAnswer extends AnswerHead {
  body: string;
}

/** Makes a request and reads the whole answer. Any byte of the body ends the idle time. */
export function readWholeBody(dispatcher: Dispatcher, request: ExchangeRequest): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    exchange(dispatcher, request, {
      head(head, control) {
        const chunks: Buffer[] = [];
        let size = 0;
        return {
          data(chunk) {
            control.touch();
            chunks.push(chunk);
            size += chunk.length;
            if (size <= bodyBytesMax) return;
            control.abort();
            reject(malformed(`it is larger than ${bodyBytesMax} bytes`));
          },
          end: () =>
            resolve({
              ...head,
              body: (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8'),
            }),
          fail: reject,
        };
      },
      fail: reject,
    });
  });
}
