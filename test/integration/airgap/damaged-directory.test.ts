import { createHash } from 'node:crypto';
import { rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundlesToDamage, type Damage, SHA } from './damage.ts';
import { editSums, flip, resum } from './edits.ts';

const DAMAGES: readonly Damage[] = [
  {
    done: 'with a changed byte in a layer',
    by: (at, layer) => flip(path.join(at, 'blobs/sha256', layer), 100),
    named: new RegExp(`blobs/sha256/[0-9a-f]{64}: expected ${SHA}, found ${SHA}`),
  },
  {
    done: 'with a changed byte in index.json',
    by: (at) => flip(path.join(at, 'index.json'), 40),
    named: new RegExp(`index.json: expected ${SHA}, found ${SHA}`),
  },
  {
    done: 'with a changed byte in the lock',
    by: (at) => flip(path.join(at, 'buildpacks-ci.lock.json'), 80),
    named: /buildpacks-ci\.lock\.json: expected/,
  },
  {
    done: 'with a changed byte in oci-layout',
    by: (at) => flip(path.join(at, 'oci-layout'), 3),
    named: /oci-layout: expected/,
  },
  {
    done: 'with a changed byte in SHA256SUMS',
    by: (at) => flip(path.join(at, 'SHA256SUMS'), 3),
    named: /SHA256SUMS/,
  },
  {
    done: 'without a layer',
    by: (at, layer) => rm(path.join(at, 'blobs/sha256', layer)),
    named: /blobs\/sha256\/[0-9a-f]{64}: it is missing/,
  },
  { done: 'without its sums', by: (at) => rm(path.join(at, 'SHA256SUMS')), named: /SHA256SUMS: it is missing/ },
  {
    done: 'without its lock',
    by: (at) => rm(path.join(at, 'buildpacks-ci.lock.json')),
    named: /lock\.json: it is missing/,
  },
  {
    done: 'with a file more',
    by: (at) => writeFile(path.join(at, 'run.sh'), 'echo'),
    named: /holds more than a bundle, and nothing of it was pushed:\n {2}run\.sh: it does not belong to the bundle$/,
  },
  {
    done: 'with a link in the place of a layer',
    by: async (at, layer) => {
      await rename(path.join(at, 'blobs/sha256', layer), path.join(at, '../elsewhere'));
      await symlink('../../../elsewhere', path.join(at, 'blobs/sha256', layer));
    },
    named: /blobs\/sha256\/[0-9a-f]{64}: it is no regular file/,
  },
  {
    done: 'with a shortened layer',
    by: (at, layer) => truncate(path.join(at, 'blobs/sha256', layer), 10),
    named: /blobs\/sha256\/[0-9a-f]{64}: expected/,
  },
  {
    done: 'with an edited lock and sums to match',
    by: (at) =>
      resum(at, 'buildpacks-ci.lock.json', (text) =>
        text.replace(/"digest": "sha256:...../, '"digest": "sha256:00000'),
      ),
    named: /buildpacks-ci\.lock\.json: \S+ is sha256:00000\w+, and in index\.json sha256:/,
  },
  {
    done: 'with a lock that names more, and sums to match',
    by: (at) => resum(at, 'buildpacks-ci.lock.json', (text) => text.replace('team/tool:1', 'team/tool:2')),
    named: /lock\.json: it names \S+team\/tool:2, which is not in index\.json/,
  },
  {
    done: 'with a lock of another version, and sums to match',
    by: (at) =>
      resum(at, 'buildpacks-ci.lock.json', (text) => text.replace('"schemaVersion": 1', '"schemaVersion": 2')),
    named: /schemaVersion: version 2 is not known here/,
  },
  ...['bundle.json', 'buildpacks-ci.lock.json', 'index.json'].map((file) => ({
    done: `with a ${file} that is far too long, and sums to match`,
    by: (at: string) => resum(at, file, (text) => text + ' '.repeat(17 * 1024 * 1024)),
    named: new RegExp(`${file.replaceAll('.', String.raw`\.`)}: it has more than \\d+ bytes`),
  })),
  {
    done: 'with a file whose name would be a line of its own',
    by: (at) => writeFile(path.join(at, 'a\n::add-mask::e'), ''),
    named: /a\\n::add-mask::e: it does not belong to the bundle/,
  },
  {
    done: 'with a name that leads elsewhere, and sums to match',
    by: (at) => resum(at, 'index.json', (text) => text.replace('team/tool:1', 'team/other:1')),
    named: /index\.json: \S+team\/other:1 is neither in the lock nor about anything in it/,
  },
  {
    done: 'with a blob more, and sums to match',
    by: async (at) => {
      const hex = createHash('sha256').update('more').digest('hex');
      await writeFile(path.join(at, 'blobs/sha256', hex), 'more');
      await resum(at, `blobs/sha256/${hex}`, (text) => text);
    },
    named: /blobs\/sha256\/[0-9a-f]{64}: nothing in the bundle needs it/,
  },
  {
    done: 'without a layer, and sums to match',
    by: async (at, layer) => {
      await rm(path.join(at, 'blobs/sha256', layer));
      await editSums(at, (sums) => sums.delete(`blobs/sha256/${layer}`));
    },
    named: /blobs\/sha256\/[0-9a-f]{64}: an image needs it, and it is missing/,
  },
];

describe('a bundle that is a directory', () => {
  const bundles = bundlesToDamage('directory');

  it.each(DAMAGES)('$done is refused, and nothing is pushed', (damage) => bundles.refuses(damage));

  it('made whole again is loaded', async () => {
    expect(await bundles.loadsWhole()).toBe(2);
  });
});
