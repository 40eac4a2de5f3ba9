/** A document whose every chunk has a word of its own. */
export interface ChaosDocument {
  uri: string;
  content: string;
  /** One of each chunk. */
  markers: string[];
}

const filler =
  'the plan of the launch was changed again because the parts had not come in time and nobody was told ';
export const chunkCharactersMax = 400;

/** Makes the document of a number, with as many chunks. */
export function chaosDocument(number: number, chunkCount: number): ChaosDocument {
  const markers = Array.from({ length: chunkCount }, (_, chunk) => `marker${number}x${chunk}z`);
  // Each section is as long as a chunk may be, so that no two go into one.
  const sections = markers.map((marker, chunk) =>
    `# Section ${chunk}\n\n${marker} ${filler.repeat(5)}`.slice(0, chunkCharactersMax - 40),
  );
  return { uri: `chaos-${number}.md`, content: sections.join('\n\n'), markers };
}
