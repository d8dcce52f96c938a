import fc from 'fast-check';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { BuildpacksError } from '../../src/errors/index.ts';
import {
  answers,
  compresses,
  cuts,
  cutsUnmeasured,
  gives,
  ignoresRange,
  redirectsToStore,
  resets,
  says,
  sends,
  showsPage,
  speaksHttp10,
} from './fake/effects.ts';
import { type Effect, once } from './fake/fault.ts';
import { makeWorld } from './matrix/world.ts';

const CONTENT = Buffer.from(Array.from({ length: 300 }, (_, index) => index % 251));
/** The first request and three more after faults, each perhaps to the store and again without a range or with a fresh token. */
const MOST_REQUESTS = 4 * 4;

const offset = fc.integer({ min: 0, max: CONTENT.length });
const status = fc.constantFrom(200, 204, 206, 400, 401, 403, 404, 408, 416, 429, 500, 503, 504);

const effect: fc.Arbitrary<Effect> = fc.oneof(
  offset.map(cuts),
  offset.map(cutsUnmeasured),
  offset.map(speaksHttp10),
  offset.map((at) => gives((body) => body.subarray(0, at))),
  offset.map((at) => gives((body) => body.map((byte, index) => (index === at ? byte ^ 1 : byte)))),
  offset.map((at) => gives((body) => Buffer.concat([body, body.subarray(0, at)]))),
  offset.map((at) => sends({ 'content-range': `bytes ${at}-${CONTENT.length - 1}/${CONTENT.length}` })),
  fc.tuple(status, offset).map(([code, at]) => answers(code, {}, CONTENT.subarray(at))),
  status.map(says),
  fc.constantFrom(resets(), compresses(), ignoresRange(CONTENT), showsPage(200, 'Hello'), redirectsToStore()),
);

/** The bytes; nothing when it failed with an error of ours. */
async function bytesOf(stream: Promise<Readable>): Promise<Buffer | undefined> {
  try {
    return await buffer(await stream);
  } catch (error) {
    if (error instanceof BuildpacksError) return undefined;
    throw error;
  }
}

describe('a blob, whatever goes wrong', () => {
  it('is the right bytes or an error, after a bounded number of requests', async () => {
    const came = { whole: 0, not: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(effect, { maxLength: 6 }), async (effects) => {
        const world = await makeWorld({ faults: effects.map((each) => once('', each)), content: CONTENT });
        const bytes = await bytesOf(world.client.readBlob(world.repository, world.blob));
        came[bytes === undefined ? 'not' : 'whole'] += 1;
        if (bytes !== undefined) expect(bytes.equals(CONTENT)).toBe(true);
        expect(world.requests.length).toBeLessThanOrEqual(MOST_REQUESTS);
      }),
      { numRuns: 150, seed: 20_261_121 },
    );
    // Else the faults would not be worth their name, or too much for anybody.
    expect([came.whole > 15, came.not > 15]).toEqual([true, true]);
  });
});
