// Asks weft and prints the answer as it comes: WEFT_API_KEY=... node examples/chat.mts "What is weft?"
import { StreamTruncatedError, Weft, WeftError } from '@weft/sdk';

const { WEFT_API_KEY: key = '', WEFT_GRPC_ADDRESS: address = '127.0.0.1:9090' } = process.env;
const model = process.env['WEFT_MODEL'] ?? 'default';
const question = process.argv.slice(2).join(' ') || 'What can you do?';

const weft = new Weft(address, key, { plaintext: true });
try {
  for await (const { event } of weft.streamChat({ model, messages: question })) {
    if (event.case === 'text') process.stdout.write(event.value.text);
    if (event.case === 'completed') {
      console.log();
      for (const { passage } of event.value.citations) console.log(`[${passage?.number}] ${passage?.uri}`);
    }
  }
} catch (error) {
  if (error instanceof StreamTruncatedError) console.error('\nThe answer was cut off.');
  else if (error instanceof WeftError) console.error(`\n${error.code} ${error.reason}: ${error.message}`);
  else throw error;
  process.exitCode = 1;
} finally {
  weft.close();
}
