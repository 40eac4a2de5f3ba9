import { type ServerResponse } from 'node:http';
import { WeftError } from '@weft/errors';
import { draining } from '@weft/rpc';
import { Exchange } from './exchange';

function exchangeOver(response: Partial<ServerResponse> = {}) {
  return new Exchange('request', response as ServerResponse);
}

describe('Exchange', () => {
  test('aborts the work when the client is gone before the whole answer', () => {
    const exchange = exchangeOver({ destroyed: true, writableFinished: false });
    exchange.closed();
    expect(exchange.signal.reason).toMatchObject({ code: 'CANCELLED', reason: 'CALLER_GONE' });
  });

  test('aborts nothing when the client has the whole answer', () => {
    const exchange = exchangeOver({ destroyed: true, writableFinished: true });
    exchange.closed();
    expect(exchange.signal.aborted).toBe(false);
  });

  test('failed for the reason it was aborted with, whatever the work says of that', () => {
    const exchange = exchangeOver();
    exchange.abort(draining());
    expect(exchange.reasonOf(new WeftError('CANCELLED', 'CALLER_GONE', 'x'))).toMatchObject({
      reason: 'DRAINING',
    });
  });

  test('failed for the reason that the work says, where it was not aborted', () => {
    const error = new WeftError('NOT_FOUND', 'MODEL_NOT_FOUND', 'x');
    expect(exchangeOver().reasonOf(error)).toBe(error);
  });

  test('knows no caller before one was let in', () => {
    expect(() => exchangeOver().caller).toThrow('without admission');
  });
});
