import { describe, expect, it } from 'vitest';
import { parseBuildpackToml } from '../../src/builder/descriptor.ts';
import { InputError } from '../../src/errors/index.ts';

function problems(text: string): readonly string[] {
  try {
    parseBuildpackToml(text, './x/buildpack.toml');
  } catch (error) {
    if (error instanceof InputError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const INFO = '[buildpack]\nid = "a/b"\nversion = "1"\n';

describe('a buildpack.toml', () => {
  it('of a composite buildpack has an order', () => {
    const order = '[[order]]\n[[order.group]]\nid = "x"\nversion = "1"\noptional = true\n';
    expect(parseBuildpackToml(`api = "0.10"\n${INFO}${order}`, 'x')).toEqual({
      id: 'a/b',
      version: '1',
      api: '0.10',
      order: [{ group: [{ id: 'x', version: '1', optional: true }] }],
    });
  });

  it('is refused with everything that is wrong in it', () => {
    expect(problems('api = "x"\n[buildpack]\nid = "../.."\n')).toEqual([
      './x/buildpack.toml: buildpack.toml: "../.." can\'t be the value of buildpack.id',
      './x/buildpack.toml: buildpack.toml: buildpack.version is missing',
      './x/buildpack.toml: buildpack.toml: "x" can\'t be the value of api',
    ]);
  });

  it('is refused with the place of a slip', () => {
    expect(problems('api = "0.10"\nid = \n')).toEqual([expect.stringMatching(/^\.\/x\/buildpack\.toml:2:\d+: /)]);
  });

  it('can not be both composite and for a target', () => {
    expect(problems(`api = "0.10"\n${INFO}[[targets]]\nos = "linux"\n[[order]]\n[[order.group]]\nid = "x"\n`)).toEqual([
      expect.stringContaining('both an order and targets'),
    ]);
  });
});
