import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startRegistry, type Registry } from '../../bench/registry.ts';
import { locked, lockOf, pushArtifact, pushImage, pushIndex } from './fixture.ts';
import { blobSizes, editSums, editText, flip, flipInTar, resum, swapLastFiles } from './edits.ts';
import { bundle, bundleTarget, load, shelfOf } from './setup.ts';
import { tmpdir } from 'node:os';

/** What is done to a copy of a whole bundle, and what must be said of it. */
interface Damage {
  readonly done: string;
  readonly by: (bundle: string) => Promise<void>;
  readonly named: RegExp;
}

const SHA = /sha256:[0-9a-f]{64}/.source;

describe('a damaged bundle', () => {
  let target: Registry;
  let whole: string;
  let layer: string;

  beforeAll(async () => {
    whole = await mkdtemp(path.join(tmpdir(), 'bundle-damage-'));
    const source = await startRegistry();
    target = await startRegistry();
    const shelf = shelfOf(source);
    const repository = { registry: source.host, path: 'team/base' };
    const { index, amd64, arm64 } = await pushIndex(shelf, repository, '1');
    const tool = await pushImage(shelf, { ...repository, path: 'team/tool' }, {}, '1');
    await pushArtifact(shelf, repository, { subject: index });
    const lock = lockOf(
      locked(`${source.host}/team/base:1`, index, [amd64, arm64]),
      locked(`${source.host}/team/tool:1`, tool),
    );
    for (const form of ['directory', 'tar', 'parts'] as const) {
      const folder = path.join(whole, form);
      await mkdir(folder);
      await bundle(lock, bundleTarget(folder, form));
    }
    const sizes = await blobSizes(path.join(whole, 'directory', 'bundle'));
    layer = [...sizes].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
    await source.stop();
  });
  afterAll(async () => {
    await target.stop();
    await rm(whole, { recursive: true });
  });

  const copyOf = async (form: 'directory' | 'tar' | 'parts') => {
    const folder = await mkdtemp(path.join(tmpdir(), 'bundle-copy-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await cp(path.join(whole, form), folder, { recursive: true });
    return bundleTarget(folder, form).path;
  };

  const refused = async (bundlePath: string, named: RegExp) => {
    target.forget();
    const loading = load(bundlePath, `${target.host}/mirror`);
    await expect(loading).rejects.toThrow(named);
    expect(target.requests()).toEqual([]);
  };

  const inDirectory: readonly Damage[] = [
    {
      done: 'with a changed byte in a layer',
      by: (at) => flip(path.join(at, 'blobs/sha256', layer), 100),
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
      by: (at) => rm(path.join(at, 'blobs/sha256', layer)),
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
      named: /run\.sh: it does not belong to the bundle/,
    },
    {
      done: 'with a link in the place of a layer',
      by: async (at) => {
        await rename(path.join(at, 'blobs/sha256', layer), path.join(at, '../elsewhere'));
        await symlink('../../../elsewhere', path.join(at, 'blobs/sha256', layer));
      },
      named: /blobs\/sha256\/[0-9a-f]{64}: it is no regular file/,
    },
    {
      done: 'with a shortened layer',
      by: (at) => truncate(path.join(at, 'blobs/sha256', layer), 10),
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
      by: async (at) => {
        await rm(path.join(at, 'blobs/sha256', layer));
        await editSums(at, (sums) => sums.delete(`blobs/sha256/${layer}`));
      },
      named: /blobs\/sha256\/[0-9a-f]{64}: an image needs it, and it is missing/,
    },
  ];

  it.each(titled(inDirectory))('that is a directory %s is refused', async (_done, { by, named }) => {
    const copy = await copyOf('directory');
    await by(copy);
    await refused(copy, named);
  });

  const inTar: readonly Damage[] = [
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
      named: /its end|no header|is damaged/,
    },
    {
      done: 'with two files in the wrong order',
      by: swapLastFiles,
      named: /byte \d+: blobs\/sha256\/\w+ comes behind blobs\/sha256\/\w+, and belongs before it/,
    },
    {
      done: 'that is compressed',
      by: async (at) => writeFile(at, Buffer.concat([Buffer.from([0x1f, 0x8b]), (await readFile(at)).subarray(2)])),
      named: /byte 0: the header is damaged/,
    },
  ];

  it.each(titled(inTar))('that is a tar %s is refused', async (_done, { by, named }) => {
    const copy = await copyOf('tar');
    await by(copy);
    await refused(copy, named);
  });

  const inParts: readonly Damage[] = [
    {
      done: 'with a changed byte',
      by: (at) => flip(`${at}.part-0002`, 5),
      named: new RegExp(`bundle\\.tar\\.part-0002: expected ${SHA}, found ${SHA}`),
    },
    { done: 'with one missing', by: (at) => rm(`${at}.part-0002`), named: /bundle\.tar\.part-0002: it is missing/ },
    {
      done: 'with two swapped',
      by: async (at) => {
        await rename(`${at}.part-0001`, `${at}.tmp`);
        await rename(`${at}.part-0002`, `${at}.part-0001`);
        await rename(`${at}.tmp`, `${at}.part-0002`);
      },
      named: /part-0001: expected[^]*part-0002: expected/,
    },
    {
      done: 'with a shortened one',
      by: (at) => truncate(`${at}.part-0001`, 6999),
      named: /part-0001: it has 6999 bytes instead of 7000/,
    },
    {
      done: 'with a list that was edited',
      by: async (at) => editText(`${at}.parts.json`, (text) => text.replace('"partSize": 7000', '"partSize": 7001')),
      named: /parts\[0\]\.size: it is 7000, and 7001 bytes are due/,
    },
    { done: 'without its list', by: (at) => rm(`${at}.parts.json`), named: /bundle\.tar" does not exist/ },
  ];

  it.each(titled(inParts))('in parts %s is refused', async (_done, { by, named }) => {
    const copy = await copyOf('parts');
    await by(copy);
    await refused(copy, named);
  });

  it.each(['directory', 'tar', 'parts'] as const)('made whole again is loaded: a %s', async (form) => {
    const { images } = await load(await copyOf(form), `${target.host}/again`);
    expect(images).toHaveLength(2);
  });
});

function titled(damages: readonly Damage[]): readonly (readonly [string, Damage])[] {
  return damages.map((damage) => [damage.done, damage]);
}
