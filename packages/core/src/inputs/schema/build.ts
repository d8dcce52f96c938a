import type { InputDefinition } from '../definition.ts';

export const BUILD_INPUTS = [
  {
    name: 'env',
    group: 'build',
    type: 'list',
    description:
      'Variables for the buildpacks: `K=V` per line, or `K` alone for the value that the job has. `K<<EOF` and the lines up to `EOF` give a value of several lines. Values arrive as they are: no quotes are removed, nothing is expanded.',
    projectToml: 'io.buildpacks.build.env',
    example: 'BP_NODE_VERSION=24\nNPM_REGISTRY\nNOTICE<<EOF\nfirst line\nsecond line\nEOF',
  },
  {
    name: 'env-files',
    group: 'build',
    type: 'list',
    description:
      'Files with variables in the same forms, one path per line. Later files win over earlier ones, and `env` wins over all files.',
  },
  {
    name: 'bindings',
    group: 'build',
    type: 'list',
    description:
      'Service bindings, the way to hand secrets and settings to buildpacks: `name=directory` takes the files in a directory, `name/key=file` a single file; `name/type=…` and `name/provider=…` are written as text.',
    example: 'maven/type=maven\nmaven/settings.xml=ci/settings.xml\ndatabase=bindings/database',
  },
  {
    name: 'dependency-mirror',
    group: 'build',
    type: 'list',
    description:
      "Where Paketo's buildpacks fetch what they install, in the place of the internet: `https://MIRROR/PATH` for all hosts, `HOST=https://MIRROR/PATH` for one, one per line; `file:///PATH` for a folder that the build sees. The path of the original follows, and `{originalHost}` stands for its host. It becomes `BP_DEPENDENCY_MIRROR` and `BP_DEPENDENCY_MIRROR_HOST`; such variables in `env` win, those in project.toml do not. A user and password are refused, since buildpacks print variables: such a mirror is a binding of the type `dependency-mirror`. [air-gap.md](air-gap.md#dependencies-of-buildpacks) has examples.",
    example: 'https://mirror.example/{originalHost}\ngithub.com=https://mirror.example/github',
  },
  {
    name: 'volumes',
    group: 'build',
    type: 'list',
    description:
      'Directories or files of this machine that the build sees, `source:target[:ro|rw]`, read-only unless `rw`. Such a build is not hermetic. Refused in untrusted runs, and over `/cnb`, `/layers`, `/workspace` and `/platform`.',
    example: '/srv/maven-repository:/maven:ro',
  },
  {
    name: 'default-process',
    group: 'build',
    type: 'string',
    description: 'The process type that the image starts.',
    defaultNote: 'as the buildpacks decide, mostly `web`',
  },
  {
    name: 'exec-env',
    group: 'build',
    type: 'string',
    default: 'production',
    description: 'The execution environment that the image is for: `production`, `test`, or a name of your own.',
  },
  {
    name: 'uid',
    group: 'build',
    type: 'number',
    description: 'User id that the build runs as and that owns the files in the image; not 0.',
    defaultNote: "the builder's",
  },
  {
    name: 'gid',
    group: 'build',
    type: 'number',
    description: 'Group id that the build runs as and that owns the files in the image.',
    defaultNote: "the builder's",
  },
] as const satisfies readonly InputDefinition[];
