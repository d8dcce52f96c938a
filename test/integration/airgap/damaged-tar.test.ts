import { execFile } from 'node:child_process';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { bundlesToDamage, type Damage } from './damage.ts';
import { flipInTar, swapLastFiles } from './edits.ts';

const run = promisify(execFile);

const DAMAGES: readonly Damage[] = [
  {
    done: "with a changed byte in a header's name",
    by: (at) => flipInTar(at, 'header', 2),
    named: /byte \d+: the header behind \S+ is damaged/,
  },
  {
    done: "with a changed byte in a header's checksum",
    by: (at) => flipInTar(at, 'header', 150),
    named: /byte \d+: the header behind \S+ is damaged/,
  },
  {
    done: 'with a changed byte in content',
    by: (at) => flipInTar(at, 'content', 0),
    named: /blobs\/sha256\/\w+: expected/,
  },
  {
    done: 'with a changed byte between two files',
    by: (at) => flipInTar(at, 'padding', 0),
    named: /byte \d+: what follows \S+ is not empty/,
  },
  {
    done: 'with a changed byte at its end',
    by: (at) => flipInTar(at, 'end', 600),
    named: /byte \d+: its end is not as it should be/,
  },
  {
    done: 'that ends early',
    by: async (at) => truncate(at, (await readFile(at)).length - 3000),
    named: /byte \d+: it ends in blobs\/sha256\/\w+/,
  },
  {
    done: 'with bytes behind its end',
    by: async (at) => writeFile(at, Buffer.concat([await readFile(at), Buffer.alloc(512)])),
    named: /byte \d+: there is no header of a file behind blobs\/sha256\/\w+/,
  },
  {
    done: 'with two files in the wrong order',
    by: swapLastFiles,
    named: /byte \d+: blobs\/sha256\/\w+ comes behind blobs\/sha256\/\w+, and belongs before it/,
  },
  {
    done: 'that is compressed',
    by: async (at) => writeFile(at, gzipSync(await readFile(at))),
    named: /is compressed, and bundle writes plain tars$/,
  },
  {
    done: 'that was packed anew by tar',
    by: async (at) => {
      const folder = await temporaryDirectory();
      await run('tar', ['--extract', '--file', at, '--directory', folder]);
      await run('tar', ['--create', '--file', at, '--directory', folder, '.']);
    },
    named: /is a tar that was not written by bundle$/,
  },
  {
    done: 'that was packed anew by tar, in the order of bundle',
    by: async (at) => {
      const folder = await temporaryDirectory();
      await run('tar', ['--extract', '--file', at, '--directory', folder]);
      await run('tar', ['--create', '--file', at, '--directory', folder, ...(await filesIn(folder))]);
    },
    named: /is a tar that was not written by bundle$/,
  },
];

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.toSorted();
}

describe('a bundle that is a tar', () => {
  const bundles = bundlesToDamage('tar');

  it.each(DAMAGES)('$done is refused, and nothing is pushed', (damage) => bundles.refuses(damage));

  it('made whole again is loaded', async () => {
    expect(await bundles.loadsWhole()).toBe(2);
  });
});
