import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { BuildpacksError } from '../../src/errors/index.ts';
import { cuts, refusesUnread, resets, sends } from './fake/effects.ts';
import { always, type Fault } from './fake/fault.ts';
import { makeWorld } from './matrix/world.ts';

/** Gives its first bytes and then never any more. */
function waitingSource(first: string): { readonly source: Readable; readonly ended: Promise<void> } {
  let given = false;
  const source = new Readable({
    read() {
      if (!given) this.push(first);
      given = true;
    },
  });
  return { source, ended: new Promise((resolve) => source.once('close', resolve)) };
}

describe('the source of an upload', () => {
  it.each<[string, Fault]>([
    ['the connection breaks', always('PUT upload', resets(4))],
    ['the registry refuses before all has come', always('PUT upload', refusesUnread(403))],
    ['nothing listens where it is to go', always('POST uploads', sends({ location: 'http://127.0.0.1:1/' }))],
  ])('is ended when %s, though it waits for its next bytes', async (_, fault) => {
    const world = await makeWorld({ faults: [fault] });
    world.store.blobs.clear();
    const opened: Promise<void>[] = [];
    const upload = world.client.uploadBlob(world.repository, world.blob, () => {
      const { source, ended } = waitingSource('0123');
      opened.push(ended);
      return source;
    });
    await expect(upload).rejects.toBeInstanceOf(BuildpacksError);
    expect(opened.length).toBeGreaterThan(0);
    await Promise.all(opened);
  });
});

describe('cancelling', () => {
  it('ends a wait before another try', async () => {
    const controller = new AbortController();
    const world = await makeWorld({ faults: [always('GET blob', cuts(4))], signal: controller.signal });
    world.clock.duringSleep = () => {
      controller.abort();
    };
    const read = world.client.readBlob(world.repository, world.blob).then((stream) => stream.toArray());
    await expect(read).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('ends a wait of a stream that nobody reads any more', async () => {
    const world = await makeWorld({ faults: [always('GET blob', cuts(4))] });
    const stream = await world.client.readBlob(world.repository, world.blob);
    const closed = new Promise((resolve) => stream.once('close', resolve));
    world.clock.duringSleep = () => stream.destroy();
    stream.resume();
    await closed;
    expect(world.requests).toEqual(['GET blob']);
  });
});
