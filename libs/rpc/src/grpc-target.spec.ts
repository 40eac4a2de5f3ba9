import { grpcTarget } from './grpc-target';

describe('a target', () => {
  it.each([
    ['retrieval:7001', 'dns:///retrieval:7001', 'retrieval'],
    ['retrieval.weft.svc:7001', 'dns:///retrieval.weft.svc:7001', 'retrieval.weft.svc'],
    ['dns:///retrieval:7001', 'dns:///retrieval:7001', 'retrieval'],
    ['localhost:0', 'dns:///localhost:0', 'localhost'],
    ['127.0.0.1:7001', 'ipv4:127.0.0.1:7001', undefined],
    ['127.0.0.1:7001,127.0.0.1:7002', 'ipv4:127.0.0.1:7001,127.0.0.1:7002', undefined],
    ['10.0.0.1:7001, 10.0.0.2:7001', 'ipv4:10.0.0.1:7001,10.0.0.2:7001', undefined],
    ['[::1]:7001', 'ipv6:[::1]:7001', undefined],
    ['[::1]:7001,[::2]:7001', 'ipv6:[::1]:7001,[::2]:7001', undefined],
  ])('%s is %s', (text, uri, hostName) => {
    expect(grpcTarget(text)).toEqual({ uri, hostName });
  });

  it.each([
    '',
    'retrieval',
    'retrieval:',
    'retrieval:port',
    'retrieval:70000',
    ':7001',
    'http://retrieval:7001',
    'a:1,b:2',
    '127.0.0.1:7001,retrieval:7001',
    '127.0.0.1:7001,[::1]:7001',
    '127.0.0.1:7001,',
    '::1:7001',
  ])('%j is none', (text) => {
    expect(() => grpcTarget(text)).toThrow('is no target');
  });
});
