import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/registry/pace.ts';
import { trickles } from './fake/effects.ts';
import { always, once } from './fake/fault.ts';
import { readBlob, readManifest } from './matrix/actions.ts';
import { CONTENT, makeWorld } from './matrix/world.ts';
import { failureOf } from './setup.ts';

const SECOND = 1000;
const KIB = 1024;

/** Whether an answer is let go on to its end, chunk by chunk. */
function lasts(chunks: readonly (readonly [bytes: number, waited: number])[]): boolean {
  const pace = new Pace();
  return chunks.every(([bytes, waited]) => pace.keepsUp(bytes, waited));
}

function repeated(count: number, bytes: number, waited: number): readonly (readonly [number, number])[] {
  return Array.from({ length: count }, () => [bytes, waited] as const);
}

describe('an answer is let go on', () => {
  it.each([
    ['at once', repeated(100, 64 * KIB, 0)],
    ['over a line of 1 KiB a second', repeated(3600, KIB, SECOND)],
    ['in bursts after nearly a minute of silence', repeated(10, 64 * KIB, 59 * SECOND)],
    ['when it is short, however slow', repeated(5, 1, 10 * SECOND)],
    ['when its reader is slow, for then nothing is waited for', repeated(1000, 1, 0)],
  ])('%s', (_, chunks) => {
    expect(lasts(chunks)).toBe(true);
  });
});

describe('an answer is ended', () => {
  it.each([
    ['that sends a byte every ten seconds', repeated(6, 1, 10 * SECOND)],
    ['that sends a byte every second', repeated(60, 1, SECOND)],
    ['that begins well and falls to a trickle', [...repeated(100, 64 * KIB, SECOND), ...repeated(120, 1, SECOND)]],
  ])('%s', (_, chunks) => {
    expect(lasts(chunks)).toBe(false);
  });
});

describe('a registry that trickles', () => {
  it('is asked to go on where it was left', async () => {
    const world = await makeWorld({ faults: [once('GET blob', trickles(4, 60))] });
    expect(await readBlob(world)).toBe(CONTENT);
    expect(world.requests).toHaveLength(2);
  });

  it('is given up when it does nothing else', async () => {
    const world = await makeWorld({ faults: [always('GET manifest', trickles(0, 30))] });
    const error = await failureOf(readManifest(world));
    expect([error.code, error.message]).toEqual(['temporary', expect.stringContaining('a few bytes at a time')]);
    expect(world.requests).toHaveLength(2);
  });
});
