#!/usr/bin/env node
import { startReceiver } from './otlp-receiver';

void startReceiver().then(({ origin, close }) => {
  process.stdout.write(`otlp-receiver ready ${origin}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
});
