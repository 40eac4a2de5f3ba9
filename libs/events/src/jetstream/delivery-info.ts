/** What the server tells about a delivery in the subject that acknowledges it. */
export interface DeliveryInfo {
  /** How often it was delivered, this time included. */
  deliveryCount: number;
  /** The event's place in the stream. */
  streamSequence: number;
}

/**
 * Reads the subject that acknowledges a delivery; undefined when it is none.
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.…`, or with `<domain>.<account>` before the stream.
 * Source: NATS architecture decision record 15.
 */
export function parseDeliveryInfo(reply: string): DeliveryInfo | undefined {
  const words = reply.split('.');
  if (words[0] !== '$JS' || words[1] !== 'ACK' || words.length < 9) return undefined;
  const first = words.length === 9 ? 4 : 6;
  const [deliveryCount, streamSequence] = [Number(words[first]), Number(words[first + 1])];
  if (!Number.isInteger(deliveryCount) || !Number.isInteger(streamSequence)) return undefined;
  return { deliveryCount, streamSequence };
}
