import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { InputError, type InputProblem } from '../../src/errors/index.ts';
import { readUserCertificates } from '../../src/trust/index.ts';
import { makeTree } from '../inputs/support.ts';
import { AUTHORITY, LEAF, OTHER_AUTHORITY } from './samples.ts';

const NOW = Date.parse('2027-01-01');
const SAMPLE = 'CN=Sample Authority, O=Sample';
const OTHER = 'CN=Other Authority';
const DER = new Uint8Array(new X509Certificate(AUTHORITY).raw);
const BASE64 = AUTHORITY.replace(/-----.*-----\n/g, '');
/** Not a real one: only what stands around it matters. */
const SECRET = 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgc2VjcmV0c2VjcmV0';
const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`;
const WITHOUT_END = AUTHORITY.replace(/-----END.*\n/, '');

function read(raw: string | readonly string[], workingDirectory = '/', now = NOW) {
  return readUserCertificates(raw, { workingDirectory, now });
}

function subjects(raw: string | readonly string[], workingDirectory?: string): readonly string[] {
  return read(raw, workingDirectory).certificates.map(({ subject }) => subject);
}

function problems(raw: string | readonly string[], workingDirectory?: string): readonly InputProblem[] {
  try {
    read(raw, workingDirectory);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}

describe('a file', () => {
  it.each<readonly [string, string | Uint8Array, readonly string[]]>([
    ['with one certificate', AUTHORITY, [SAMPLE]],
    ['with two', AUTHORITY + OTHER_AUTHORITY, [SAMPLE, OTHER]],
    ['with carriage returns', AUTHORITY.replaceAll('\n', '\r\n'), [SAMPLE]],
    ['with a byte order mark', `\uFEFF${AUTHORITY}`, [SAMPLE]],
    ['with text around its certificates', `# Root\n${AUTHORITY}subject=x\n${OTHER_AUTHORITY}end\n`, [SAMPLE, OTHER]],
    ['that is indented', AUTHORITY.replace(/^/gm, '    '), [SAMPLE]],
    ['with literal line ends', AUTHORITY.replaceAll('\n', String.raw`\n`), [SAMPLE]],
    ['with blanks for line ends', AUTHORITY.replaceAll('\n', ' '), [SAMPLE]],
    ['with the label of old', AUTHORITY.replaceAll(' CERTIFICATE', ' X509 CERTIFICATE'), [SAMPLE]],
    ['with the same one twice', AUTHORITY + OTHER_AUTHORITY + AUTHORITY, [SAMPLE, OTHER]],
    ['in DER', DER, [SAMPLE]],
  ])('%s is read', (_, content, expected) => {
    expect(subjects('ca.pem', makeTree({ 'ca.pem': content }))).toEqual(expected);
  });

  it.each<readonly [string, string | Uint8Array, number, string]>([
    ['cut short in its first block', WITHOUT_END + OTHER_AUTHORITY, 1, 'no END line'],
    ['cut short in its last block', AUTHORITY + WITHOUT_END, 12, 'no END line'],
    ['without the beginning', AUTHORITY.split('\n').slice(1).join('\n'), 10, 'no BEGIN line'],
    ['with a damaged line', AUTHORITY.replace('DTI2', 'D-I2'), 4, 'not base64'],
    ['with a line that is missing', AUTHORITY.replace(/DTI2.*\n/, ''), 1, 'no readable certificate'],
    ['with a private key', AUTHORITY + PRIVATE_KEY, 12, 'private key'],
    ['with distrust in it', AUTHORITY.replaceAll(' CERT', ' TRUSTED CERT'), 1, 'TRUSTED CERTIFICATE'],
    ['of PKCS #7', AUTHORITY.replaceAll('CERTIFICATE', 'PKCS7'), 1, 'PKCS7'],
    ['of PKCS #7 in DER', new Uint8Array([0x30, 0x82, 1, 2, 6, 9, 42, 134, 72, 134, 247, 13, 1, 7, 2]), 1, 'binary'],
    ['of base64 alone', BASE64, 1, 'base64 without the lines'],
    ['of PEM in base64', Buffer.from(AUTHORITY).toString('base64'), 1, 'once more'],
    ['of something else', 'registry: example', 1, 'no certificate'],
    ['that is empty', '\n', 1, 'empty'],
  ])('%s is refused with its place', (_, content, line, message) => {
    expect(problems('corp/ca.pem', makeTree({ 'corp/ca.pem': content }))).toEqual([
      expect.objectContaining({
        input: 'ca-certificates',
        message: expect.stringContaining(message) as string,
        place: { file: 'corp/ca.pem', line },
      }),
    ]);
  });

  it('has no block passed over that only nearly begins and ends, beside a good one', () => {
    const root = makeTree({ 'ca.pem': AUTHORITY.replaceAll('-----\n', '----\n') + OTHER_AUTHORITY });
    expect(problems('ca.pem', root).map(({ place }) => place?.line)).toEqual([1, 11]);
  });

  it('has all its problems told', () => {
    const root = makeTree({ a: WITHOUT_END + PRIVATE_KEY, b: 'nothing' });
    expect(problems('a\nb\nc', root)).toHaveLength(4);
  });

  it('has every kind of it written as one', () => {
    const root = makeTree({ a: AUTHORITY.replaceAll('\n', '\r\n'), b: DER });
    const [certificate, ...others] = read('a\nb', root).certificates;
    expect(certificate?.pem).toBe(AUTHORITY);
    expect(others).toEqual([]);
  });

  it('that is missing is told by its name', () => {
    expect(problems('corp.pem', makeTree())).toEqual([
      expect.objectContaining({ message: '"corp.pem" does not exist' }),
    ]);
  });

  it('that can not be read is told by its name', () => {
    const root = makeTree();
    symlinkSync('loop.pem', path.join(root, 'loop.pem'));
    expect(problems('loop.pem', root)).toEqual([
      expect.objectContaining({ message: expect.stringContaining('"loop.pem" can not be read (ELOOP)') as string }),
    ]);
  });
});

describe('the text of the input', () => {
  it('may hold PEM and paths', () => {
    expect(subjects(`ca.pem\n\n  ${AUTHORITY}`, makeTree({ 'ca.pem': OTHER_AUTHORITY }))).toEqual([SAMPLE, OTHER]);
  });

  it('may come in items', () => {
    expect(subjects([AUTHORITY, 'ca.pem'], makeTree({ 'ca.pem': OTHER_AUTHORITY }))).toEqual([SAMPLE, OTHER]);
  });

  it('has comments', () => {
    expect(subjects(`# corp\n${AUTHORITY}`)).toEqual([SAMPLE]);
  });

  it('has problems told by its lines', () => {
    expect(problems(`# corp\n${WITHOUT_END}`)).toEqual([
      expect.objectContaining({ message: expect.stringContaining('line 2: ') as string }),
    ]);
  });

  it.each([
    ['a whole one', PRIVATE_KEY],
    ['one without its beginning', `${SECRET}\nc2VjcmV0\n`],
    ['one in a single line', PRIVATE_KEY.replaceAll('\n', ' ')],
    ['one without its end', PRIVATE_KEY.replace(/-----END.*/, '')],
  ])('never has a private key quoted: %s', (_, text) => {
    const told = problems(text);
    expect(told).toHaveLength(1);
    expect(JSON.stringify(told)).not.toMatch(/MIGH|c2VjcmV0/);
  });

  it('is refused where its block only nearly begins and ends', () => {
    expect(problems(AUTHORITY.replaceAll('-----\n', '----\n'))).toHaveLength(2);
  });

  it('that is empty gives nothing', () => {
    expect(read('\n')).toEqual({ certificates: [], sources: [] });
  });
});

describe('a directory', () => {
  it('gives what Kubernetes mounts there, once', () => {
    const root = makeTree({ 'ca/..2027_01/ca.crt': AUTHORITY });
    symlinkSync('..2027_01', path.join(root, 'ca/..data'));
    symlinkSync('..data/ca.crt', path.join(root, 'ca/ca.crt'));
    expect(read('ca', root).sources).toEqual([{ name: 'ca', count: 1, warnings: [] }]);
  });

  it('gives files with certificates whatever their names', () => {
    const root = makeTree({ 'ca/bundle': AUTHORITY, 'ca/type': 'ca-certificates', 'ca/README.md': 'Ours.' });
    expect(subjects('ca', root)).toEqual([SAMPLE]);
  });

  it('names the file that is damaged', () => {
    const root = makeTree({ 'ca/a.pem': AUTHORITY, 'ca/b.crt': 'x' });
    expect(problems('ca', root)).toEqual([expect.objectContaining({ place: { file: 'ca/b.crt', line: 1 } })]);
  });

  it('without certificates is refused', () => {
    const root = makeTree({ 'ca/type': 'x', 'ca/deeper/ca.pem': AUTHORITY });
    expect(problems('ca', root)).toEqual([expect.objectContaining({ message: '"ca" has no file with certificates' })]);
  });

  it('is not waited on for a folder in it', () => {
    const root = makeTree({ 'ca/a.pem': AUTHORITY });
    mkdirSync(path.join(root, 'ca/b.pem'));
    expect(subjects('ca', root)).toEqual([SAMPLE]);
  });
});

describe('a certificate is warned of', () => {
  const END = Date.parse('2126-10-28');
  const DAY = 86_400_000;

  it.each([
    [
      'that has expired',
      AUTHORITY,
      END + 2 * DAY,
      ['the certificate "CN=Sample Authority, O=Sample" expired on 2126-10-28'],
    ],
    [
      'that soon will',
      AUTHORITY,
      END - 29 * DAY,
      ['the certificate "CN=Sample Authority, O=Sample" expires on 2126-10-28'],
    ],
    ['that will some day', AUTHORITY, END - 31 * DAY, []],
    [
      'that is not valid yet',
      OTHER_AUTHORITY,
      0,
      ['the certificate "CN=Other Authority" is not valid before 2026-11-21'],
    ],
    [
      "that is no authority's",
      LEAF,
      NOW,
      ['the certificate "CN=server.example" is no authority\'s: it vouches for the server that has it and no other'],
    ],
  ])('%s', (_, pem, now, warnings) => {
    const [source] = read(pem, '/', now).sources;
    expect(source?.warnings.map(({ message }) => message)).toEqual(warnings);
  });
});
