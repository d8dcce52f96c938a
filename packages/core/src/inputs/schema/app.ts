import type { InputDefinition } from '../definition.ts';

export const APP_INPUTS = [
  {
    name: 'path',
    group: 'app',
    type: 'path',
    default: '.',
    description: 'The app: a directory, or a file in zip format (zip, jar, war), which is unpacked.',
  },
  {
    name: 'descriptor',
    group: 'app',
    type: 'path',
    description: 'The project descriptor, schema 0.1, 0.2 or 0.3.',
    defaultNote: '`project.toml` in the app directory, if it is there',
  },
  {
    name: 'git-directory',
    group: 'app',
    type: 'boolean',
    default: 'false',
    description: 'Keeps `.git` in the build, its configuration rewritten without credentials.',
  },
  {
    name: 'source-metadata',
    group: 'app',
    type: 'enum',
    values: ['none', 'git'],
    default: 'none',
    description:
      'What the image records about its source: `git` writes commit and repository into the label `io.buildpacks.project.metadata`, so each commit gives another digest.',
  },
  {
    name: 'source-ref',
    group: 'app',
    type: 'string',
    toldByCi: true,
    description:
      'The branch or Git tag that is built, for the tag of the image: `refs/heads/main`, `refs/tags/v1.4.2`, `refs/pull/7/head`. A bare name is a branch, or a tag that points at the commit. For what starts a build and knows more than the checkout does: a Tekton trigger, the variables of Jenkins or CircleCI. It never changes what the run may do. [Tag rules](#tag-rules) tell how rules go by it.',
    defaultNote: 'none: rules in `tags` go by what is checked out, and without rules the tag is `latest`',
    example: 'refs/heads/main',
  },
  {
    name: 'default-branch',
    group: 'app',
    type: 'string',
    toldByCi: true,
    description: 'The default branch of the repository, for `source-ref` and rules in `tags`.',
    defaultNote: 'what `origin/HEAD` of the checkout names, else `main`',
    example: 'trunk',
  },
] as const satisfies readonly InputDefinition[];
