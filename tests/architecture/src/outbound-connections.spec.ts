import { filesIn, readText } from './workspace';

/** Files that open connections themselves: only to addresses that the operator sets. Everything else takes `@weft/dialer`. */
const openers = [
  'apps/cli/src/door/door-client.ts',
  'libs/dialer/src/checked-connector.ts',
  'libs/dialer/src/safe-dialer.ts',
  'libs/events/src/jetstream/server-probe.ts',
  'libs/postgres/src/server/connect-session.ts',
  'services/embedding/src/openai/openai-provider.ts',
  'services/llm/src/openai/openai-provider.ts',
];

/** The exports that open connections, by module. */
const opening: Record<string, RegExp> = {
  undici: /./,
  openai: /\bOpenAI\b/,
  pg: /\b(?:Client|Pool)\b/,
  'node:dgram': /./,
  'node:http': /\b(?:request|get|Agent|ClientRequest)\b|^\w|\*/,
  'node:https': /\b(?:request|get|Agent)\b|^\w|\*/,
  'node:http2': /\bconnect\b|^\w|\*/,
  'node:net': /\b(?:connect|createConnection|Socket)\b|^\w|\*/,
  'node:tls': /\b(?:connect|TLSSocket)\b|^\w|\*/,
};

/** True when a source imports the value of something that opens connections, or calls the global `fetch`. */
function opensConnections(text: string): boolean {
  const imports = [...text.matchAll(/^(?:import|export)\s+([^;]*?)\s*from '([^']+)'/gm)];
  const opens = imports.some(([, names = '', module = '']) => {
    if (names.startsWith('type ')) return false;
    const values = names.replaceAll(/\btype\s+\w+(?:\s+as\s+\w+)?\s*,?/g, '').replace(/^\{\s*\}$/, '');
    return opening[module]?.test(values.trim()) ?? false;
  });
  return (
    opens || /(?<![\w.])fetch\(|\brequire\('(?:node:)?(?:https?|http2|net|tls|undici)'\)/.test(stripped(text))
  );
}

function stripped(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replaceAll(/\b(?:async|private|public)\s+fetch\(/g, '');
}

it('only listed files open connections, so that no address of a tenant is reached without the checked dialer', () => {
  const sources = ['libs', 'services', 'apps']
    .flatMap((folder) => filesIn(folder))
    .filter((file) => /\/src\/.*\.ts$/.test(file))
    .filter((file) => !/\.(?:spec|fixture)\.ts$|\/testing\/|^libs\/testing\//.test(file));
  expect(sources.filter((file) => opensConnections(readText(file))).sort()).toEqual(openers);
});

it.each([
  "import { Agent } from 'undici';",
  "import { type Dispatcher, request } from 'undici';",
  "import { request } from 'node:https';",
  "import * as http from 'node:http';",
  "import net from 'node:net';",
  "import { connect } from 'node:tls';",
  "import OpenAI from 'openai';",
  'const answer = await fetch(url);',
  "const http = require('http');",
])('sees that %j opens connections', (text) => {
  expect(opensConnections(text)).toBe(true);
});

it.each([
  "import { type Dispatcher } from 'undici';",
  "import type { Agent } from 'undici';",
  "import { createServer, type RequestListener } from 'node:http';",
  "import { isIP } from 'node:net';",
  '// fetch(url) throws its own error',
  'const answer = await this.fetch(url);',
])('sees that %j opens none', (text) => {
  expect(opensConnections(text)).toBe(false);
});
