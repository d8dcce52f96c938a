import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors/index.ts';
import { allInOrder, allOrFirstFailure, mapInParallel } from '../../src/parallel/parallel.ts';

describe('mapInParallel', () => {
  it('gives the outcomes in the order of the items, whichever ends first', async () => {
    const slowFirst = async (item: number) => {
      for (let turns = 3 - item; turns > 0; turns--) await turn();
      return item * 10;
    };
    expect(await mapInParallel([1, 2, 3], 3, slowFirst)).toEqual([10, 20, 30]);
  });

  it('has at most as many under way as it may', async () => {
    let running = 0;
    let most = 0;
    await mapInParallel(Array.from({ length: 20 }), 4, async () => {
      most = Math.max(most, ++running);
      await turn();
      running--;
    });
    expect(most).toBe(4);
  });

  it('begins nothing after a failure, and waits for what is under way', async () => {
    const events: string[] = [];
    const work = async (item: string) => {
      events.push(`${item} begins`);
      await turn();
      if (item === 'a') throw new Error('a fails');
      await turn();
      events.push(`${item} ends`);
    };
    await expect(mapInParallel(['a', 'b', 'c', 'd'], 2, work)).rejects.toThrow('a fails');
    expect(events).toEqual(['a begins', 'b begins', 'b ends']);
  });
});

it('allOrFirstFailure tells the failure that came first, after everything has ended', async () => {
  let ended = false;
  const slow = (async () => {
    await turn();
    await turn();
    ended = true;
    throw new Error('second');
  })();
  await expect(allOrFirstFailure([slow, Promise.reject(new Error('first'))])).rejects.toThrow('first');
  expect(ended).toBe(true);
});

describe('allInOrder', () => {
  it('gives the outcomes', async () => {
    expect(await allInOrder([Promise.resolve(1), Promise.resolve('two')])).toEqual([1, 'two']);
  });

  it('tells all that is wrong with the inputs, whatever else failed', async () => {
    const works = [
      Promise.reject(new Error('unreachable')),
      Promise.reject(new InputError([{ input: 'image', message: 'bad' }])),
      Promise.resolve(),
      Promise.reject(new InputError([{ input: 'builder', message: 'missing' }])),
    ];
    await expect(allInOrder(works)).rejects.toMatchObject({ problems: [{ input: 'image' }, { input: 'builder' }] });
  });

  it('tells once what several works have found wrong', async () => {
    const problem = { input: 'registry credentials', message: '"config.json" is not a JSON object', hint: 'Write it.' };
    const failing = () => Promise.reject(new InputError([{ ...problem }]));
    await expect(allInOrder([failing(), failing()])).rejects.toMatchObject({ problems: [problem], hint: 'Write it.' });
  });

  it('tells the earliest failure in the list, after everything has ended', async () => {
    let ended = false;
    const slow = (async () => {
      await turn();
      await turn();
      ended = true;
      throw new Error('listed first');
    })();
    await expect(allInOrder([slow, Promise.reject(new Error('failed first'))])).rejects.toThrow('listed first');
    expect(ended).toBe(true);
  });
});
