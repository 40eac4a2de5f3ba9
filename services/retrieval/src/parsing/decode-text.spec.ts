import { decodeText } from './decode-text';

const text = 'Größe: café — 東京';

describe('decodeText', () => {
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 LE with a byte order mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 BE with a byte order mark', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ])('reads %s', (_, bytes) => {
    expect(decodeText(bytes)).toBe(text);
  });

  it.each([
    ['LE', Buffer.from('plain words', 'utf16le')],
    ['BE', Buffer.from('plain words', 'utf16le').swap16()],
  ])('tells UTF-16 %s by its zeros', (_, bytes) => {
    expect(decodeText(bytes)).toBe('plain words');
  });

  it('takes what is no UTF-8 for Windows-1252', () => {
    expect(decodeText(Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0x80]))).toBe('café €');
  });

  it('reads the charset that was declared', () => {
    expect(decodeText(Buffer.from([0xcc, 0xc9, 0xd2]), 'koi8-r')).toBe('лир');
  });

  it('ignores a charset that does not exist', () => {
    expect(decodeText(Buffer.from('abc'), 'x-nothing')).toBe('abc');
  });

  it('refuses binary data', () => {
    const binary = Buffer.from(Array.from({ length: 2000 }, (_, index) => (index * 7919) % 256));
    expect(() => decodeText(binary)).toThrow(expect.objectContaining({ reason: 'DOCUMENT_UNREADABLE' }));
  });
});
