import { common } from '@weft/contracts';
import { countTokens } from '@weft/tokens';

/** Ends an answer at the first stop text, and at the token limit, between two words. */
export function limitAnswer(
  text: string,
  parameters: common.GenerationParameters | undefined,
): { text: string; finishReason: common.FinishReason } {
  const stops = (parameters?.stop ?? []).filter((stop) => stop !== '').map((stop) => text.indexOf(stop));
  const end = Math.min(text.length, ...stops.filter((index) => index >= 0));
  const stopped = text.slice(0, end);
  const limit = parameters?.maxOutputTokens;
  if (limit === undefined || countTokens(stopped) <= limit)
    return { text: stopped, finishReason: common.FinishReason.STOP };
  let kept = '';
  for (const word of stopped.match(/\s*\S+/g) ?? []) {
    if (countTokens(kept + word) > limit) break;
    kept += word;
  }
  return { text: kept, finishReason: common.FinishReason.LENGTH };
}
