import { parsePeerTargets } from './peer-targets';

describe('where peers are', () => {
  it('is what the entry of a name says', () => {
    expect(parsePeerTargets('cache=127.0.0.1:7001, tool=127.0.0.1:7002')('tool')).toBe('127.0.0.1:7002');
  });

  it('is every address of a name that comes again', () => {
    expect(parsePeerTargets('cache=a:1,tool=c:3,cache=b:2')('cache')).toBe('a:1,b:2');
  });

  it('is the pattern for a service without an entry', () => {
    expect(parsePeerTargets('*=dns:///{service}.weft:9000,tool=c:3')('cache')).toBe('dns:///cache.weft:9000');
  });

  it('is not the pattern for a service that has an entry', () => {
    expect(parsePeerTargets('*=dns:///{service}.weft:9000,tool=c:3')('tool')).toBe('c:3');
  });

  it('is unknown for a service that nothing names', () => {
    expect(parsePeerTargets('tool=c:3')('cache')).toBeUndefined();
  });

  it.each(['tool', 'tool=', '=c:3', 'Tool=c:3', 'a b=c:3'])("refuses the entry '%s', naming it", (entry) => {
    expect(() => parsePeerTargets(`cache=a:1,${entry}`)).toThrow(`'${entry}' is not name=target`);
  });
});
