/** From when until when a certificate is good. */
export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

/** By how much the clocks of two machines may differ. */
const clockSkewMs = 5 * 60_000;

const dayMs = 24 * 60 * 60_000;

/** From now, for some days. */
export function validFor(days: number): Validity {
  const now = Date.now();
  return { notBefore: new Date(now - clockSkewMs), notAfter: new Date(now + days * dayMs) };
}
