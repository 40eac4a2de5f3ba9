import { type RunJson } from '../door/door-answers';

/** The value of an enum in lower case, without the prefix that its values share. */
export function enumWord(value: string | undefined, prefix: string): string {
  return (value ?? '').replace(prefix, '').toLowerCase();
}

/** Tokens read and written, such as `120 + 40`; `~` says that weft counted them. */
export function tokensOf({ usage }: RunJson): string {
  if (usage === undefined) return '';
  return `${usage.estimated ? '~' : ''}${usage.inputTokens ?? 0} + ${usage.outputTokens ?? 0}`;
}

/** How long a run took; empty while it runs. */
export function durationOf({ createTime, endTime }: RunJson): string {
  if (createTime === undefined || endTime === undefined) return '';
  return formatMs(Date.parse(endTime) - Date.parse(createTime));
}

/** A duration of proto3 JSON, such as `1.5s`, in milliseconds. */
export function durationMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text.replace(/s$/, '')) * 1000;
}

export function formatMs(durationMs: number): string {
  return durationMs < 10_000 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1000).toFixed(1)} s`;
}
