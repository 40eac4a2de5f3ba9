import { notFound } from '@weft/errors';

/** What the contract allows as names of prompts and labels. */
const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Whether a prompt can have this name. */
export function isPromptName(name: string): boolean {
  return namePattern.test(name);
}

/** A name that no prompt can have is one that there is none of; not every text can even be asked for. */
export function checkName(name: string): string {
  if (!isPromptName(name)) throw notFound('prompt', name);
  return name;
}

/** As `checkName`, for a label of a prompt. */
export function checkLabel(prompt: string, label: string): string {
  if (!namePattern.test(label)) throw notFound('prompt label', `${prompt}@${label}`);
  return label;
}
