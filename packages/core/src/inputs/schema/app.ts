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
] as const satisfies readonly InputDefinition[];
