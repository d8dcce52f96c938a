import TOML from '@iarna/toml';
import { describe, expect, it } from 'vitest';
import { composeOrder, type OrderItem, type OrderRequest, renderOrderToml } from '../../src/builder/order.ts';
import { InputError } from '../../src/errors/index.ts';
import { builderOf } from './support/images.ts';

const builder = await builderOf();
const X = { id: 'acme/x', version: '1.0.0' };
const Y = { id: 'acme/y', version: '2.0.0' };
const NODEJS = { id: 'samples/nodejs', version: '0.1.0' };
const PROCFILE = { id: 'samples/procfile', version: '1.0.0' };
const OPTIONAL = { ...PROCFILE, optional: true };

function compose(request: Partial<OrderRequest>) {
  return composeOrder(builder, { buildpacks: [], pre: [], post: [], ...request }, [X, Y]);
}

function groups(request: Partial<OrderRequest>) {
  return compose(request)?.order.map(({ group }) => group);
}

function problems(request: Partial<OrderRequest>) {
  try {
    compose(request);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}

describe('an order', () => {
  it("is the builder's own when nothing is asked for", () => {
    expect(compose({})).toBeUndefined();
  });

  it.each<[string, readonly OrderItem[], unknown]>([
    ['one group of what is listed', [X, NODEJS], [[X, NODEJS]]],
    ["the builder's for from=builder alone", ['from-builder'], [[NODEJS, OPTIONAL], [PROCFILE]]],
    [
      'expanded in place',
      [X, 'from-builder', Y],
      [
        [X, NODEJS, OPTIONAL, Y],
        [X, PROCFILE, Y],
      ],
    ],
    ['resolved where there is one version', [{ id: 'samples/nodejs' }], [[NODEJS]]],
  ])('is %s', (_, buildpacks, expected) => {
    expect(groups({ buildpacks })).toEqual(expected);
  });

  it('has pre buildpacks before every group, the last one first, as pack', () => {
    expect(groups({ pre: [X, Y] })).toEqual([
      [Y, X, NODEJS, OPTIONAL],
      [Y, X, PROCFILE],
    ]);
  });

  it('has post buildpacks behind every group', () => {
    expect(groups({ post: [X, Y] })).toEqual([
      [NODEJS, OPTIONAL, X, Y],
      [PROCFILE, X, Y],
    ]);
  });

  it('ignores pre and post buildpacks beside an explicit list and says so', () => {
    expect(compose({ buildpacks: [X], pre: [Y], post: [Y] })).toEqual({
      order: [{ group: [X] }],
      ignored: ['pre-buildpacks', 'post-buildpacks'],
    });
  });

  it('is written as order.toml', () => {
    const order = compose({ pre: [X] })?.order ?? [];
    expect(TOML.parse(renderOrderToml(order))).toEqual({
      order: [{ group: [X, NODEJS, OPTIONAL] }, { group: [X, PROCFILE] }],
    });
  });
});

describe('an order is refused', () => {
  it.each<[string, Partial<OrderRequest>, { input: string; message: RegExp; hint?: RegExp }]>([
    [
      'for a slip in an id',
      { buildpacks: [{ id: 'samples/nodjs' }] },
      { input: 'buildpacks', message: /"samples\/nodjs" is no buildpack/, hint: /samples\/nodejs@0\.1\.0/ },
    ],
    [
      'for another namespace',
      { pre: [{ id: 'paketo/nodejs' }] },
      { input: 'pre-buildpacks', message: /no buildpack/, hint: /samples\/nodejs@0\.1\.0/ },
    ],
    [
      'for an id like none',
      { post: [{ id: 'zzz/qqqqqqqqqq' }] },
      { input: 'post-buildpacks', message: /no buildpack/, hint: /It has samples\/java@9\.0\.0/ },
    ],
    [
      'for an open version',
      { buildpacks: [{ id: 'samples/java' }] },
      { input: 'buildpacks', message: /more than one version/, hint: /samples\/java@9\.0\.0, samples\/java@10\.0\.0/ },
    ],
    [
      'for a version that is not there',
      { buildpacks: [{ id: 'samples/java', version: '8' }] },
      { input: 'buildpacks', message: /another version/, hint: /samples\/java@9\.0\.0/ },
    ],
    [
      'for from=builder twice',
      { buildpacks: ['from-builder', 'from-builder'] },
      { input: 'buildpacks', message: /only once/ },
    ],
  ])('%s', (_, request, { input, message, hint }) => {
    expect(problems(request)).toEqual([
      expect.objectContaining({
        input,
        message: expect.stringMatching(message) as string,
        ...(hint && { hint: expect.stringMatching(hint) as string }),
      }),
    ]);
  });

  it('for everything at once, each thing once', () => {
    expect(problems({ pre: [{ id: 'a' }], post: [{ id: 'b' }] })).toHaveLength(2);
  });
});
