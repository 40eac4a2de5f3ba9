// Prints the beginning of an answer and hangs up: WEFT_API_KEY=... node examples/cancel.mts "Count to a million"
import { Weft } from '@weft/sdk';

const { WEFT_API_KEY: key = '', WEFT_GRPC_ADDRESS: address = '127.0.0.1:9090' } = process.env;
const model = process.env['WEFT_MODEL'] ?? 'default';
const question = process.argv.slice(2).join(' ') || 'Count to a million.';

const weft = new Weft(address, key, { plaintext: true });
let text = '';
for await (const { event } of weft.streamChat({ model, messages: question }, { timeoutMs: 60_000 })) {
  if (event.case === 'text') text += event.value.text;
  if (text.length >= 20) break;
}
console.log(text);
weft.close();
