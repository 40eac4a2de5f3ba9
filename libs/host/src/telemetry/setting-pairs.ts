/**
 * Reads `name=value` with commas between; values are percent-encoded. Undefined when the text is no such list.
 * Source: W3C Baggage, section 3.2.1, as OpenTelemetry's variables use it.
 */
export function parsePairs(text: string): Record<string, string> | undefined {
  const pairs: Record<string, string> = {};
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).trim();
    if (name === '') return undefined;
    try {
      pairs[name] = decodeURIComponent(part.slice(equals + 1).trim());
    } catch {
      return undefined;
    }
  }
  return pairs;
}
