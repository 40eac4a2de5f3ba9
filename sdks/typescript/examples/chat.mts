// Asks weft and prints the answer as it comes: WEFT_API_KEY=... node examples/chat.mts "What is weft?"
import { StreamTruncatedError, Weft, WeftError } from '@weft/sdk';

const { WEFT_API_KEY = '', WEFT_GRPC_ADDRESS = '127.0.0.1:9090', WEFT_MODEL = 'default' } = process.env;
const question = process.argv.slice(2).join(' ') || 'What can you do?';

const weft = new Weft(WEFT_GRPC_ADDRESS, WEFT_API_KEY, { timeoutMs: 60_000, plaintext: true });
try {
  for await (const { event } of weft.streamChat({ model: WEFT_MODEL, messages: question })) {
    if (event.case === 'text') process.stdout.write(event.value.text);
  }
  process.stdout.write('\n');
} catch (error) {
  if (error instanceof StreamTruncatedError) console.error('\nThe answer was cut off.');
  else if (error instanceof WeftError) console.error(`\n${error.code} ${error.reason}: ${error.message}`);
  else throw error;
  process.exitCode = 1;
} finally {
  weft.close();
}
