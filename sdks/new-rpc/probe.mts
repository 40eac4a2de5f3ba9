// Calls the RPCs of probe-contract.mjs, as any other.
import { retrieval, StreamTruncatedError, Weft } from '../dist/index.js';

const weft = new Weft(process.env['PROBE_ADDRESS']!, 'key', { plaintext: true });
const search = weft.service(retrieval.SearchService);
const { text: answer } = await search.probeSearch({ query: 'owls' });
const words: string[] = [];
for await (const { event } of search.streamProbeSearch({ query: 'two words' }))
  if (event.case === 'word') words.push(event.value.letters);
let cut = false;
try {
  const broken = search.streamProbeSearch({ query: 'two words', cut: true });
  while (!(await broken.next()).done);
} catch (error) {
  cut = error instanceof StreamTruncatedError;
}
weft.close();
console.log(JSON.stringify({ answer, words, cut }));
