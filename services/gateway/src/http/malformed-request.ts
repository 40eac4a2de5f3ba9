import { type Socket } from 'node:net';
import { newId } from '@weft/runtime';

const answers: Record<string, [status: string, reason: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers must have at most 16384 bytes.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
};

/**
 * Answers what node's parser refuses: there is no request and no reply then, only a socket. Nothing is known of the path, so the
 * body has the shapes of both doors in one.
 */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = answers[error.code ?? ''] ?? [
    '400 Bad Request',
    'The request is not valid HTTP.',
  ];
  const openAiError = { message, type: 'invalid_request_error', param: null, code: 'bad_request' };
  const body = JSON.stringify({ code: 'invalid_argument', message, details: [], error: openAiError });
  const head = [
    `HTTP/1.1 ${status}`,
    `x-request-id: ${newId()}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
