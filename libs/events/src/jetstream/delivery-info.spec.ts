import { parseDeliveryInfo } from './delivery-info';

describe('parseDeliveryInfo', () => {
  it.each([
    ['nine words', '$JS.ACK.weft.logging.3.17.40.1795308861161710517.4'],
    ['a domain and an account', '$JS.ACK._.hash.weft.logging.3.17.40.1795308861161710517.4'],
    ['a random word at the end', '$JS.ACK.hub.hash.weft.logging.3.17.40.1795308861161710517.4.x1'],
  ])('reads the form with %s', (_, reply) => {
    expect(parseDeliveryInfo(reply)).toEqual({ deliveryCount: 3, streamSequence: 17 });
  });

  it.each(['', '_INBOX.abc', '$JS.ACK.weft.logging', '$JS.ACK.weft.logging.x.17.40.1.4'])(
    'takes "%s" for none',
    (reply) => {
      expect(parseDeliveryInfo(reply)).toBeUndefined();
    },
  );
});
