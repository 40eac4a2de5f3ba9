import { type RequestListener } from 'node:http';
import { type LocalServer, startLocalServer } from './local-servers.fixture';
import {
  createSafeDialer,
  type OutboundRequest,
  type SafeDialer,
  type SafeDialerOptions,
} from './safe-dialer';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const resource of open.splice(0)) await resource.close();
});

async function serve(listener: RequestListener): Promise<LocalServer> {
  const server = await startLocalServer(listener);
  open.push(server);
  return server;
}

/** A dialer for which every name leads to loopback. */
function dial(options: SafeDialerOptions & { ports?: number[]; permitLoopback?: boolean } = {}): SafeDialer {
  const { ports = [], permitLoopback = true, ...rest } = options;
  const dialer = createSafeDialer({
    resolve: async () => ['127.0.0.1'],
    policy: {
      allowPlainHttp: true,
      allowedPorts: [80, 443, ...ports],
      allowedNetworks: permitLoopback ? ['127.0.0.0/8'] : [],
    },
    ...rest,
  });
  open.push(dialer);
  return dialer;
}

function request(url: string, more: Partial<OutboundRequest> = {}): OutboundRequest {
  return {
    url,
    method: 'GET',
    timeoutMs: 10_000,
    responseBytesMax: 1_000,
    signal: new AbortController().signal,
    ...more,
  };
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a request', () => {
  it('reaches a permitted destination with method, path, headers and body', async () => {
    const server = await serve((_, response) => response.setHeader('x-answer', '1').end('hello'));
    const response = await dial({ ports: [server.port] }).request(
      request(`http://api.test:${server.port}/a?b=c`, {
        method: 'POST',
        headers: { 'X-Api-Key': 'secret', 'content-type': 'text/plain' },
        body: 'question',
      }),
    );
    expect([response.status, response.headers['x-answer'], await textOf(response.body)]).toEqual([
      200,
      '1',
      'hello',
    ]);
    expect(server.requests).toMatchObject([
      { method: 'POST', url: '/a?b=c', headers: { 'x-api-key': 'secret' }, body: 'question' },
    ]);
  });

  it('to a name that leads to loopback is refused before any connection', async () => {
    const server = await serve((_, response) => response.end());
    const dialer = dial({ ports: [server.port], permitLoopback: false });
    await expect(dialer.request(request(`http://api.test:${server.port}/`))).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      reason: 'DESTINATION_FORBIDDEN',
      message: "Requests to 'api.test' are refused: its address is not public.",
    });
    expect(server.requests).toEqual([]);
  });

  it('is refused when one of several addresses is forbidden', async () => {
    const dialer = dial({ permitLoopback: false, resolve: async () => ['8.8.8.8', '10.0.0.1'] });
    await expect(dialer.request(request('http://api.test/'))).rejects.toMatchObject({
      reason: 'DESTINATION_FORBIDDEN',
    });
  });

  it('uses the addresses that were checked: the name is resolved once for a connection', async () => {
    const server = await serve((_, response) => response.end('ok'));
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    let questions = 0;
    const resolve = async () => answers[Math.min(questions++, 1)]!;
    const dialer = dial({ ports: [server.port], resolve });
    const response = await dialer.request(request(`http://api.test:${server.port}/`));
    expect([await textOf(response.body), questions]).toEqual(['ok', 1]);
  });

  it('on a new connection is checked anew, so that a name which moved to a private address is refused', async () => {
    const server = await serve((_, response) => response.setHeader('connection', 'close').end('ok'));
    let questions = 0;
    const resolve = async () => (questions++ === 0 ? ['127.0.0.1'] : ['10.0.0.1']);
    const dialer = dial({ ports: [server.port], resolve });
    const url = `http://api.test:${server.port}/`;
    await textOf((await dialer.request(request(url))).body);
    await expect(dialer.request(request(url))).rejects.toMatchObject({ reason: 'DESTINATION_FORBIDDEN' });
  });

  it('to a name without an address is HOST_NOT_FOUND', async () => {
    const dialer = dial({ resolve: async () => [] });
    await expect(dialer.request(request('http://api.test/'))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'HOST_NOT_FOUND',
    });
  });

  it('to a closed port is DESTINATION_UNREACHABLE', async () => {
    const server = await serve((_, response) => response.end());
    await server.close();
    const dialer = dial({ ports: [server.port] });
    await expect(dialer.request(request(`http://api.test:${server.port}/`))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'DESTINATION_UNREACHABLE',
    });
  });

  it.each([
    ['x-header', 'a\r\nx-injected: 1'],
    ['x header', 'a'],
    ['Host', 'other.test'],
    ['Transfer-Encoding', 'chunked'],
    ['x-header', 'a'.repeat(8_193)],
  ])('with the header %s: %j is refused', async (name, value) => {
    await expect(
      dial().request(request('http://api.test/', { headers: { [name]: value } })),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'HEADER_INVALID' });
  });
});

describe('limits', () => {
  it('refuse a body that is larger than asked for', async () => {
    const server = await serve((_, response) => response.end('x'.repeat(1_001)));
    const { body } = await dial({ ports: [server.port] }).request(request(`http://a.test:${server.port}/`));
    await expect(textOf(body)).rejects.toMatchObject({ reason: 'RESPONSE_TOO_LARGE' });
  });

  it('take a body of exactly the limit', async () => {
    const server = await serve((_, response) => response.end('x'.repeat(1_000)));
    const { body } = await dial({ ports: [server.port] }).request(request(`http://a.test:${server.port}/`));
    expect(await textOf(body)).toHaveLength(1_000);
  });

  it('end a request whose headers do not come', async () => {
    const server = await serve(() => undefined);
    const dialer = dial({ ports: [server.port] });
    await expect(
      dialer.request(request(`http://a.test:${server.port}/`, { timeoutMs: 50 })),
    ).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', reason: 'DESTINATION_TOO_SLOW' });
  });

  it('end a body that falls silent', async () => {
    const server = await serve((_, response) => response.write('begin'));
    const { body } = await dial({ ports: [server.port] }).request(
      request(`http://a.test:${server.port}/`, { idleTimeoutMs: 50 }),
    );
    await expect(textOf(body)).rejects.toMatchObject({ reason: 'DESTINATION_TOO_SLOW' });
  });

  it('a body that breaks off is an error, not an end', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('begin', () => response.destroy());
    });
    const { body } = await dial({ ports: [server.port] }).request(request(`http://a.test:${server.port}/`));
    await expect(textOf(body)).rejects.toMatchObject({ reason: 'DESTINATION_UNREACHABLE' });
  });

  it('an aborted request fails with the reason of its signal', async () => {
    const abort = new AbortController();
    const server = await serve(() => abort.abort(new Error('the caller left')));
    const dialer = dial({ ports: [server.port] });
    await expect(
      dialer.request(request(`http://a.test:${server.port}/`, { signal: abort.signal })),
    ).rejects.toThrow('the caller left');
  });
});

describe('redirects', () => {
  const redirectTo = (location: string, status = 302): RequestListener => {
    return (_, response) => void response.writeHead(status, { location }).end();
  };

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://2130706433:22/',
    'http://a.test:6379/',
  ])('to %s are refused', async (location) => {
    const server = await serve(redirectTo(location));
    const dialer = dial({ ports: [server.port] });
    await expect(dialer.request(request(`http://a.test:${server.port}/`))).rejects.toMatchObject({
      reason: 'DESTINATION_FORBIDDEN',
    });
  });

  it('to a name that leads to a private address are refused', async () => {
    const server = await serve(redirectTo('http://internal.test/'));
    const resolve = async (host: string) => [host === 'internal.test' ? '10.0.0.1' : '127.0.0.1'];
    const dialer = dial({ ports: [server.port], resolve });
    await expect(dialer.request(request(`http://a.test:${server.port}/`))).rejects.toMatchObject({
      reason: 'DESTINATION_FORBIDDEN',
      metadata: { host: 'internal.test' },
    });
  });

  it.each(['file:///etc/passwd', 'http://user:pw@a.test/', 'gopher://a.test/'])(
    'to %s are refused',
    async (location) => {
      const server = await serve(redirectTo(location));
      const dialer = dial({ ports: [server.port] });
      await expect(dialer.request(request(`http://a.test:${server.port}/`))).rejects.toMatchObject({
        reason: 'URL_INVALID',
      });
    },
  );

  it('to another origin carry no credentials', async () => {
    const last = await serve((_, response) => response.end('end'));
    const first = await serve(redirectTo(`http://b.test:${last.port}/`, 307));
    const dialer = dial({ ports: [first.port, last.port] });
    const headers = { authorization: 'Bearer s', cookie: 's=1', 'x-api-key': 's', accept: 'text/plain' };
    const response = await dialer.request(request(`http://a.test:${first.port}/`, { headers }));
    expect([response.url, await textOf(response.body)]).toEqual([`http://b.test:${last.port}/`, 'end']);
    const received = last.requests[0]!.headers;
    expect(Object.keys(received).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host']);
  });

  it.each([
    [301, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'question'],
    [308, 'POST', 'question'],
  ])('with status %d after POST continue as %s', async (status, method, body) => {
    let isFirst = true;
    const server = await serve((_, response) => {
      if (isFirst) response.writeHead(status, { location: '/next' });
      isFirst = false;
      response.end();
    });
    const dialer = dial({ ports: [server.port] });
    const sent = request(`http://a.test:${server.port}/`, { method: 'POST', body: 'question' });
    await textOf((await dialer.request(sent)).body);
    expect(server.requests[1]).toMatchObject({ url: '/next', method, body });
  });

  it('without end are refused after the limit', async () => {
    const server = await serve(redirectTo('/again'));
    const dialer = dial({ ports: [server.port] });
    const sent = request(`http://a.test:${server.port}/`, { redirectsMax: 3 });
    await expect(dialer.request(sent)).rejects.toMatchObject({ reason: 'TOO_MANY_REDIRECTS' });
    expect(server.requests).toHaveLength(4);
  });

  it('are returned as they are when none may be followed', async () => {
    const server = await serve(redirectTo('/next'));
    const dialer = dial({ ports: [server.port] });
    const response = await dialer.request(request(`http://a.test:${server.port}/`, { redirectsMax: 0 }));
    expect([response.status, response.headers['location']]).toEqual([302, '/next']);
    await textOf(response.body);
  });
});
