/** The share of punctuation of program text from which on a sentence is taken for code. */
const codeShareMin = 0.08;

/** Whether a sentence reads as code: a command, a statement, a piece of JSON. */
export function isCodeLike(text: string): boolean {
  const marks = text.match(/[{}()[\]<>=;\\`$&|]/g)?.length ?? 0;
  return marks / text.length >= codeShareMin;
}

/** Whether a sentence holds the question itself, as examples of how to ask do. The question is not its own answer. */
export function repeatsQuestion(text: string, question: string): boolean {
  const asked = lettersOf(question);
  return asked.length >= 12 && lettersOf(text).includes(asked);
}

function lettersOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
