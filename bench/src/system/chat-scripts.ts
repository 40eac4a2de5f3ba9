import { type ScriptDocument } from '@weft/fake-provider';

/** What a model of the fake provider answers. */
export interface ScriptedModel {
  model: string;
  /** The answer, whole. */
  answer: string;
  tokenCount: number;
}

const words =
  'weft answers from your documents and cites the passage that each sentence of an answer rests on so that a reader can check it ';

/** A short answer, for whole answers. */
export const wholeModel = scriptedModel('bench-whole', 16);

/** An answer of 64 tokens, for streams. */
export const streamModel = scriptedModel('bench-stream', 64);

/** An answer that is a card number, which the default policy does not let out. */
export const cardModel: ScriptedModel = { model: 'bench-card', answer: '4111 1111 1111 1111', tokenCount: 4 };

/** A token, and then nothing for ever. */
export const idleModel: ScriptedModel = { model: 'bench-idle', answer: 'wait', tokenCount: 1 };

/** All of them. */
export const scriptedModels = [wholeModel, streamModel, cardModel, idleModel];

/** Their scripts, each under its model's name. */
export const chatScripts: ScriptDocument = {
  named: {
    ...Object.fromEntries(scriptedModels.map(({ model, answer }) => [model, { text: tokensOf(answer) }])),
    [idleModel.model]: { text: [idleModel.answer, ' and see'], stall: { at: 1 } },
  },
};

function scriptedModel(model: string, tokenCount: number): ScriptedModel {
  const all = words.trim().split(' ');
  const answer = Array.from({ length: tokenCount }, (_, index) => all[index % all.length]).join(' ');
  return { model, answer, tokenCount };
}

/** Words with the space before them, as tokenizers cut. */
function tokensOf(answer: string): string[] {
  return answer.match(/ ?\S+/g) ?? [];
}
