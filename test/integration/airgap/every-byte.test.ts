import { open } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openTarOutput } from '../../../packages/core/src/airgap/bundle/tar-output.ts';
import { type PlannedFile } from '../../../packages/core/src/airgap/bundle/plan.ts';
import { blobFile, HEAD_FILES, SUMS_FILE, sumsText } from '../../../packages/core/src/airgap/content/bundle-files.ts';
import { checkFiles } from '../../../packages/core/src/airgap/load/check-files.ts';
import { openBundle } from '../../../packages/core/src/airgap/load/open-bundle.ts';
import { digestOf } from '../../../packages/core/src/reference/index.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';

/** How far apart the bytes are that are changed: each position in a header is met in one of seven files. */
const STRIDE = 7;

it('no byte of the tar of a bundle can be changed unseen', async () => {
  const tar = path.join(await temporaryDirectory(), 'bundle.tar');
  await writeTarOf(tar);
  expect(await damagesOf(tar)).toEqual([]);
  const handle = await open(tar, 'r+');
  const { size } = await handle.stat();
  const unseen: number[] = [];
  for (let at = 0; at < size; at += STRIDE) {
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, at);
    await handle.write(Buffer.from([(byte[0] ?? 0) ^ 4]), 0, 1, at);
    if ((await damagesOf(tar)).length === 0) unseen.push(at);
    await handle.write(byte, 0, 1, at);
  }
  await handle.close();
  expect(unseen).toEqual([]);
});

async function writeTarOf(tar: string): Promise<void> {
  const names = HEAD_FILES.filter((name) => name !== SUMS_FILE);
  const blobs = ['one', 'two'].map((text) => fileOf(blobFile(digestOf(Buffer.from(text))), text));
  const files = [...names.map((name) => fileOf(name, `the content of ${name}`)), ...blobs];
  const sums = fileOf(SUMS_FILE, sumsText(new Map(files.map(({ path: name, digest }) => [name, digest]))));
  const ordered = [sums, ...files.slice(0, names.length), ...blobs.sort((a, b) => (a.path < b.path ? -1 : 1))];
  const output = await openTarOutput(tar, ordered, undefined);
  for (const file of ordered) {
    if (file.content.kind === 'bytes') await output.write(file, pieces(file.content.bytes));
  }
  await output.finish();
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function fileOf(name: string, text: string): PlannedFile {
  const bytes = Buffer.from(text);
  return { path: name, size: bytes.length, digest: digestOf(bytes), content: { kind: 'bytes', bytes } };
}

async function damagesOf(tar: string): Promise<readonly string[]> {
  const source = await openBundle(tar, '/');
  try {
    return (await checkFiles(source)).damages;
  } finally {
    await source.close();
  }
}
