import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pushLayout } from '../../bench/images.ts';
import { runOwn } from './contenders.ts';
import { carriedImages, changedImages, writeLargeImage } from './images.ts';
import { lockOf, nameOf } from './lock.ts';
import { measureAt, startAt, startSource } from './rounds.ts';
import { type AloneRow, makeAloneRow } from './rows.ts';

/** In megabytes. */
const LARGE = 2000;

/** A second bundle, when the builder has got a layer more on each platform. */
export async function measureSince(program: string, folder: string): Promise<readonly AloneRow[]> {
  const { registry, lock } = await startSource('loopback', await carriedImages(), folder);
  const target = await startAt('loopback');
  try {
    const first = path.join(folder, 'first.tar');
    await runOwn(program, 'bundle', '--lock-file', lock, '--output', first);
    await runOwn(program, 'load', first, '--to', `${target.host}/mirror`);
    const changed = await changedImages();
    for (const image of changed) await pushLayout(image.layout, nameOf(registry.backDoor, image));
    const second = path.join(folder, 'second.tar');
    await writeFile(`${second}.lock.json`, await lockOf(registry.host, changed));
    const args = ['bundle', '--lock-file', `${second}.lock.json`, '--since', lock, '--output', second];
    return [
      makeAloneRow('bundle --since', await measureAt(registry, () => runOwn(program, ...args))),
      makeAloneRow(
        'load of that',
        await measureAt(target, () => runOwn(program, 'load', second, '--to', `${target.host}/mirror`)),
      ),
    ];
  } finally {
    await registry.stop();
    await target.stop();
  }
}

/** A tar that is much larger than the memory that it may take. */
export async function measureLarge(program: string, folder: string): Promise<readonly AloneRow[]> {
  const layout = path.join(folder, 'large');
  await mkdir(layout);
  const { registry, lock } = await startSource('loopback', [await writeLargeImage(layout, LARGE)], folder);
  const target = await startAt('loopback');
  try {
    const tar = path.join(folder, 'large.tar');
    return [
      makeAloneRow(
        'bundle of 2 GB, tar',
        await measureAt(registry, () => runOwn(program, 'bundle', '--lock-file', lock, '--output', tar)),
      ),
      makeAloneRow(
        'load of 2 GB, tar',
        await measureAt(target, () => runOwn(program, 'load', tar, '--to', `${target.host}/mirror`)),
      ),
    ];
  } finally {
    await registry.stop();
    await target.stop();
  }
}
