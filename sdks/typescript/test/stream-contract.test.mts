// Streams that keep the contract and streams that break it: the list that all SDKs share.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { StreamTruncatedError, WeftError } from '@weft/sdk';
import { connect } from './scripted.mts';

interface Scenario {
  name: string;
  reads: string[];
  text: string;
  mayReadLess?: boolean;
  error?: { code: string; reason: string };
}

const list = join(import.meta.dirname, '..', '..', 'live-weft', 'stream-scenarios.json');
const scenarios = JSON.parse(readFileSync(list, 'utf8')) as Scenario[];
const weft = connect();

after(() => weft.close());

for (const { name, reads, text, mayReadLess, error: expected } of scenarios)
  test(`stream contract: ${name}`, async () => {
    const read: string[] = [];
    let textRead = '';
    let error: WeftError | undefined;
    try {
      for await (const { event } of weft.streamChat({ model: name, messages: 'Hello' })) {
        read.push(event.case ?? 'unknown');
        if (event.case === 'text') textRead += event.value.text;
      }
    } catch (thrown) {
      assert.ok(thrown instanceof WeftError, String(thrown));
      error = thrown;
    }
    const found = error && { code: error.code, reason: error.reason };
    if (mayReadLess) assert.deepEqual([read, found], [reads.slice(0, read.length), expected]);
    else assert.deepEqual([read, textRead, found], [reads, text, expected]);
    assert.equal(error instanceof StreamTruncatedError, expected?.reason === 'STREAM_CUT');
  });
