import TOML from '@iarna/toml';
import { describe, expect, it } from 'vitest';
import { renderProjectMetadata, type SourceFacts } from '../../src/lifecycle/project-metadata.ts';

const COMMIT = 'c'.repeat(40);

function written(facts: SourceFacts): unknown {
  return TOML.parse(renderProjectMetadata(facts))['source'];
}

/** What pack's encoder hands to the lifecycle for the same facts. */
describe('project metadata', () => {
  it.each<[string, SourceFacts, unknown]>([
    [
      'of project.toml',
      { kind: 'project', version: '1.0', url: 'https://github.com/acme/app' },
      { type: 'project', version: { declared: '1.0' }, metadata: { url: 'https://github.com/acme/app' } },
    ],
    [
      'of project.toml in part',
      { kind: 'project', version: '1.0' },
      { type: 'project', version: { declared: '1.0' }, metadata: { url: '' } },
    ],
    [
      'of git',
      { kind: 'git', commit: COMMIT, describe: 'v1.0', refs: ['main', 'v1.0'], url: 'git@github.com:acme/app.git' },
      {
        type: 'git',
        version: { commit: COMMIT, describe: 'v1.0' },
        metadata: { refs: ['main', 'v1.0'], url: 'git@github.com:acme/app.git' },
      },
    ],
    [
      'of git without tags and remotes',
      { kind: 'git', commit: COMMIT, refs: ['main'] },
      { type: 'git', version: { commit: COMMIT, describe: COMMIT }, metadata: { refs: ['main'], url: '' } },
    ],
  ])('%s', (_, facts, expected) => {
    expect(written(facts)).toEqual(expected);
  });

  it.each([
    ['https://user:token@host.example/a/b', 'https://host.example/a/b'],
    ['https://token@host.example', 'https://host.example'],
    ['https://a@b:c@host.example/x@y', 'https://host.example/x@y'],
    ['ssh://git@host.example:22/a', 'ssh://git@host.example:22/a'],
    ['ssh://git:secret@host.example/a', 'ssh://host.example/a'],
    ['https://host.example/a@b', 'https://host.example/a@b'],
  ])('publishes %s as %s', (url, published) => {
    expect(written({ kind: 'git', commit: COMMIT, refs: [], url })).toMatchObject({ metadata: { url: published } });
  });
});
