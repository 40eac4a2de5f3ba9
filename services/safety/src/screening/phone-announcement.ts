import { isDigit } from './characters';

/**
 * Words that announce a telephone number, or their beginnings, in English, German, French, Spanish, Italian
 * and Portuguese. Matches one literal after another, so in linear time.
 */
const announcement =
  /phone|(?<!\p{L})(?:tel|tél|call|cell|dial|fax|mobil|móvil|movil|handy|whatsapp|sms|text|contact|hotline|ring|ruf|anruf|appel|llam|chiam|ligue)/iu;

/** How far an announcement may stand before its number. */
const reach = 40;

/** Tells whether a word of telephony stands shortly before a position, with no digit between. */
export function isAnnounced(text: string, start: number): boolean {
  const earliest = Math.max(0, start - reach);
  let from = start;
  while (from > earliest && !isDigit(text.charCodeAt(from - 1))) from--;
  return announcement.test(text.slice(from, start));
}
