/** A chat request, as `POST /v1/chat/completions` takes it. */
export interface ChatQuestion {
  question: string;
  /** A model's name, or `assistant:<name>`. */
  model: string;
  conversationId?: string;
}

/** A passage that an answer cites. */
export interface CitedPassage {
  number: number;
  title: string;
  uri: string;
  headings: string[];
  text: string;
  start_offset: number;
  end_offset: number;
}

/** What weft says of an answer beyond OpenAI's API. */
export interface WeftPart {
  run_id?: string;
  cached?: boolean;
  citations?: CitedPassage[];
}

/** The parts of a whole answer that are shown. */
export interface WholeAnswer {
  choices?: { message?: { content?: string | null }; finish_reason?: string }[];
  weft?: WeftPart;
}

/** How an answer ended. */
export interface AnswerEnd {
  finishReason: string;
  weft: WeftPart;
}

/** The body of a chat request. */
export function chatBody(asked: ChatQuestion, stream: boolean): object {
  return {
    model: asked.model,
    messages: [{ role: 'user', content: asked.question }],
    stream,
    ...(asked.conversationId === undefined ? {} : { weft: { conversation_id: asked.conversationId } }),
  };
}
