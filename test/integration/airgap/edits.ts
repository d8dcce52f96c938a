import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tarPlaces } from '../../../packages/core/src/airgap/content/tar-places.ts';

export async function blobSizes(bundlePath: string): Promise<ReadonlyMap<string, number>> {
  const folder = path.join(bundlePath, 'blobs/sha256');
  const names = await readdir(folder);
  return new Map(
    await Promise.all(names.map(async (name) => [name, (await readFile(path.join(folder, name))).length] as const)),
  );
}

export async function flip(file: string, at: number): Promise<void> {
  const content = await readFile(file);
  content[at] = (content[at] ?? 0) ^ 1;
  await writeFile(file, content);
}

export async function editText(file: string, edit: (text: string) => string): Promise<void> {
  await writeFile(file, edit(await readFile(file, 'utf8')));
}

export async function editSums(bundlePath: string, edit: (sums: Map<string, string>) => unknown): Promise<void> {
  const file = path.join(bundlePath, 'SHA256SUMS');
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const sums = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
  edit(sums);
  const text = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, hex]) => `${hex}  ${name}\n`);
  await writeFile(file, text.join(''));
}

/** As somebody would who knows what the sums are for. */
export async function resum(bundlePath: string, name: string, edit: (text: string) => string): Promise<void> {
  const file = path.join(bundlePath, name);
  await editText(file, edit);
  const hex = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  await editSums(bundlePath, (sums) => sums.set(name, hex));
}

async function placesOf(tar: string) {
  const content = await readFile(tar);
  const files: { path: string; size: number }[] = [];
  for (let at = 0; content[at] !== 0;) {
    const name = content.toString('latin1', at, content.indexOf(0, at));
    const size = Number.parseInt(content.toString('latin1', at + 124, at + 135), 8);
    files.push({ path: name, size });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return { content, ...tarPlaces(files) };
}

export async function flipInTar(
  tar: string,
  where: 'header' | 'content' | 'padding' | 'end',
  at: number,
): Promise<void> {
  const { places, size } = await placesOf(tar);
  const blob = places.find((place, index) => index > 5 && place.size % 512 !== 0);
  if (blob === undefined) throw new Error('no file with padding');
  const positions = { header: blob.start, content: blob.offset, padding: blob.offset + blob.size, end: size - 1024 };
  await flip(tar, positions[where] + at);
}

export async function swapLastFiles(tar: string): Promise<void> {
  const { content, places, size } = await placesOf(tar);
  const [a, b] = places.slice(-2);
  if (a === undefined || b === undefined) throw new Error('too few files');
  const head = content.subarray(0, a.start);
  const last = [content.subarray(b.start, size - 1024), content.subarray(a.start, b.start)];
  await writeFile(tar, Buffer.concat([head, ...last, Buffer.alloc(1024)]));
}
