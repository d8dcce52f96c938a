import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BindingFiles } from '../../../packages/core/src/build/prepare/platform-directory.ts';
import { digestOf, hexOf } from '../../../packages/core/src/reference/index.ts';
import { parse } from '../../../packages/core/test/inputs/support.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { makeAuthority } from '../../bench/certificates.ts';
import { listen, type Listening } from '../../bench/listen.ts';
import { LIBRARIES, type Library, paketo } from './paketo.ts';

const CONTENT = Buffer.from('a Java runtime\n');
const ENTRY = { uri: 'https://dl.bell-sw.com/java/17/jdk.tar.gz', sha256: hexOf(digestOf(CONTENT)) };
const fetchWith = paketo();

let scratch: string;
let mirror: Listening;
let trusted: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'paketo-mirror-'));
  const authority = await makeAuthority(scratch);
  const { certificate: cert, key } = await authority.issue('server');
  mirror = await listen(
    createServer({ cert, key }, (_, response) => response.end(CONTENT)),
    'https',
  );
  trusted = authority.certificateFile;
});
afterAll(async () => {
  await mirror.close();
  await rm(scratch, { recursive: true });
});

/** `M` stands for the mirror's address. */
interface Case {
  readonly what: string;
  readonly mirrors: string;
  readonly env?: string;
  readonly bindings?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly asked: string;
  /** Where it asks for something else. */
  readonly packit?: string;
}

const CASES: readonly Case[] = [
  { what: 'one for all hosts', mirrors: 'M/all', asked: 'M/all/java/17/jdk.tar.gz' },
  { what: 'a slash at its end', mirrors: 'M/all/', asked: 'M/all/java/17/jdk.tar.gz' },
  { what: 'the original host', mirrors: 'M/{originalHost}', asked: 'M/dl.bell-sw.com/java/17/jdk.tar.gz' },
  { what: 'one of the host', mirrors: 'M/all\ndl.bell-sw.com=M/bell', asked: 'M/bell/java/17/jdk.tar.gz' },
  { what: 'one of another host', mirrors: 'M/all\ngithub.com=M/hub', asked: 'M/all/java/17/jdk.tar.gz' },
  {
    what: 'a path to skip, which packit does not know',
    mirrors: 'dl.bell-sw.com=M/bell,skip-path=/java',
    asked: 'M/bell/17/jdk.tar.gz',
    packit: 'M/bell,skip-path=/java/java/17/jdk.tar.gz',
  },
  {
    what: 'a variable of the job before the input',
    mirrors: 'M/input',
    env: 'BP_DEPENDENCY_MIRROR=M/env',
    asked: 'M/env/java/17/jdk.tar.gz',
  },
  {
    what: 'a binding where there is no variable',
    mirrors: '',
    bindings: { mirrors: { type: 'dependency-mirror', default: 'M/bound' } },
    asked: 'M/bound/java/17/jdk.tar.gz',
  },
  {
    what: 'the input before a binding',
    mirrors: 'M/input',
    bindings: { mirrors: { type: 'dependency-mirror', default: 'M/bound' } },
    asked: 'M/input/java/17/jdk.tar.gz',
  },
  {
    what: 'the binding of a host before the input for all, but for packit',
    mirrors: 'M/input',
    bindings: { mirrors: { type: 'dependency-mirror', 'dl.bell-sw.com': 'M/bound' } },
    asked: 'M/bound/java/17/jdk.tar.gz',
    packit: 'M/input/java/17/jdk.tar.gz',
  },
  {
    what: 'a mapping before everything',
    mirrors: 'M/all\ndl.bell-sw.com=M/bell',
    bindings: { mapping: { type: 'dependency-mapping', [ENTRY.sha256]: 'M/mapped' } },
    asked: 'M/mapped',
  },
];

describe.each(LIBRARIES)('with dependency-mirror %s takes', (library) => {
  it.each(CASES)('$what', async (each) => {
    const found = await ask(library, each);
    const asked = library === 'packit' ? (each.packit ?? each.asked) : each.asked;
    expect(found).toEqual({ uri: withMirror(asked), content: CONTENT.toString() });
  });

  it('a folder', async () => {
    const folder = path.join(await temporaryDirectory(), 'mirror');
    await mkdir(path.join(folder, 'java/17'), { recursive: true });
    await writeFile(path.join(folder, 'java/17/jdk.tar.gz'), CONTENT);
    const found = await ask(library, { mirrors: `file://${folder}` });
    expect(found).toEqual({ uri: found.uri, content: CONTENT.toString() });
  });
});

function ask(library: Library, { mirrors, env = '', bindings = {} }: Pick<Case, 'mirrors' | 'env' | 'bindings'>) {
  const { environment } = parse({ 'dependency-mirror': withMirror(mirrors), env: withMirror(env) });
  const files = Object.entries(bindings).map(([name, entries]): BindingFiles => ({
    name,
    entries: Object.entries(entries).map(([key, text]) => ({ key, content: Buffer.from(withMirror(text)) })),
  }));
  return fetchWith(library, ENTRY, { bindings: files, environment: { ...environment, SSL_CERT_FILE: trusted } });
}

function withMirror(text: string): string {
  return text.replaceAll(/\bM(?=\/)/g, mirror.url);
}
