import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { harmlessLine, plainText } from '../../src/log/terminal-text.ts';

describe('harmlessLine', () => {
  test.each([
    ['plain text', 'plain text', 'plain text'],
    ['a tab', 'a\tb', 'a\tb'],
    ['other scripts and emoji', 'größe 日本 🚀', 'größe 日本 🚀'],
    ['a colour', '\x1b[31mred\x1b[0m', '\x1b[31mred\x1b[0m\x1b[0m'],
    ['a colour that is never reset', '\x1b[38;5;9mred', '\x1b[38;5;9mred\x1b[0m'],
    ['erasing the screen', '\x1b[2J\x1b[Hgone', 'gone'],
    ['moving the cursor up', 'a\x1b[1Ab', 'ab'],
    ['a private mode', '\x1b[?1049hx', 'x'],
    ['a window title ended by BEL', '\x1b]0;title\x07x', 'x'],
    ['a hyperlink ended by ST', '\x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\', 'x'],
    ['a clipboard write that never ends', 'x\x1b]52;c;aGk=', 'x'],
    ['a device control string', '\x1bPq#0\x1b\\x', 'x'],
    ['8-bit control sequences', '\x9b2Jx\x9d0;t\x9cy', 'xy'],
    ['a reset of the terminal', '\x1bcx', 'x'],
    ['a character set switch', '\x1b(0x', 'x'],
    ['a lone escape', 'x\x1b', 'x'],
    ['escapes inside escapes', '\x1b\x1b[2J[2Jx', '[2Jx'],
    ['bell, backspace, null and delete', 'a\x07b\x08c\0d\x7fe', 'abcde'],
    ['a line drawn over', '10%\r50%\r100%', '100%'],
    ['a line end from Windows', 'text\r', 'text'],
    ['text that is reordered', 'a\u202eb\u2066c', 'abc'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['a section of GitLab', '\x1b[0Ksection_start:1:x\r\x1b[0Ktitle', 'title'],
  ])('%s', (_name, line, shown) => {
    expect(harmlessLine(line, 'keep')).toBe(shown);
  });

  test('leaves no colour when none are wanted', () => {
    expect(harmlessLine('\x1b[1;31mred\x1b[0m', 'strip')).toBe('red');
  });

  test('lets nothing but colours and text through, whatever comes', () => {
    const piece = fc.constantFrom(
      '\x1b',
      '[',
      ']',
      '2J',
      'm',
      '31',
      ';',
      '\x07',
      '\x9b',
      '\x9d',
      '\\',
      '\r',
      '\n',
      'x',
      'P',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const shown = harmlessLine(pieces.join(''), 'keep').replaceAll(/\x1b\[[0-9;:]*m/g, '');
        return !/[\x00-\x08\x0a-\x1f\x7f-\x9f]/.test(shown);
      }),
    );
  });
});

describe('plainText', () => {
  test('shows line ends instead of obeying them', () => {
    expect(plainText('a\nb\rc\td')).toBe(String.raw`a\nb\rc\td`);
  });
});
