import { INPUT_GROUPS, type InputDefinition, type InputGroup } from './definition.ts';
import { INPUTS } from './schema.ts';

const GROUPS = Object.keys(INPUT_GROUPS) as readonly InputGroup[];

const INTRODUCTION = `# Inputs

<!-- Made from packages/core/src/inputs by "npm run generate"; changes belong there. -->

These are the inputs of every adapter, under the same names: flags of the command line (\`--run-image\`), and variables in its
environment (\`BUILDPACKS_CI_RUN_IMAGE\`). A flag wins over its variable.

- Empty text means the same as leaving the input out.
- A list has one item per line. A comma never separates.
- A boolean is \`true\` or \`false\`.
- Relative paths start from the working directory; in project.toml, from the directory of that file.
- An input wins over project.toml, which wins over what the CI or this program would choose.
- Everything that is wrong with the inputs is told at once, before anything is pulled; the exit status is 2.
`;

const FORMS = `## Forms

### Tag rules

A line of \`tags\` that begins with \`type=\` gives a tag of \`image\` where it fits the run, in the language of docker/metadata-action:

| rule                                                 | fits                                         | tag                      |
| ---------------------------------------------------- | -------------------------------------------- | ------------------------ |
| \`type=semver,pattern={{major}}.{{minor}}\`            | a Git tag that is a semantic version         | \`1.4\` of \`v1.4.2\`        |
| \`type=semver,pattern={{version}},match=api/v(.*)\`    | the version that is in a Git tag             | \`1.4.2\` of \`api/v1.4.2\`  |
| \`type=match,pattern=release-(.*),group=1\`            | a Git tag that matches                       | \`7\` of \`release-7\`       |
| \`type=ref,event=branch\`, \`event=tag\`, \`event=pr\`     | a branch, a Git tag, a pull request          | \`main\`, \`v1.4.2\`, \`pr-7\` |
| \`type=edge\`, \`type=edge,branch=next\`                 | the default branch, or the one that is named | \`edge\`                   |
| \`type=schedule,pattern={{date 'YYYYMMDD'}}\`          | a run that a schedule has started            | \`20261121\`               |
| \`type=sha\`, \`type=sha,format=long\`                   | every run of a commit                        | \`sha-860c190\`            |
| \`type=raw,value=latest,enable={{is_default_branch}}\` | every run, or where \`enable\` is \`true\`       | \`latest\`                 |

- All take \`enable\`, \`priority\`, \`prefix\` and \`suffix\`. \`semver\` and \`match\` take \`value\` instead of the Git tag.
- \`value\`, \`prefix\`, \`suffix\`, \`enable\` and \`pattern\` may hold \`{{branch}}\`, \`{{tag}}\`, \`{{sha}}\`, \`{{base_ref}}\`, \`{{is_default_branch}}\`,
  \`{{date 'YYYYMMDD-HHmmss' tz='Europe/Berlin'}}\` and \`{{commit_date '…'}}\`, the pattern of \`semver\` also \`{{raw}}\`, \`{{version}}\`, \`{{major}}\`,
  \`{{minor}}\` and \`{{patch}}\`. A date knows YYYY, YY, MM, DD, HH, hh, mm, ss, X and [text].
- One brace does as well: \`{version}\`, \`{date 'YYYYMMDD'}\`. Argo and Helm take two for their own; one means nothing to them, nor to GitHub,
  GitLab, Tekton or a shell.
- A prerelease gets its whole version where a pattern names a part of it: \`1.4\` stays with the last release.
- What a tag can't hold becomes a dash. A field that has a comma is put in double quotes as a whole: \`"pattern=v\\d{1,2}"\`.
- The tag with the highest \`priority\` is the image's main one: schedule 1000, semver 900, match 800, edge 700, ref 600, raw and plain
  lines 200, sha 100.
- No rule adds \`latest\` by itself; docker/metadata-action does so for Git tags.
- Where no line gives a tag, \`publish: auto\` publishes nothing and tells why; \`publish: true\` is an error.

GitHub and GitLab tell what a run is of. Everywhere else, on a command line, in Tekton, in Argo, it is \`source-ref\` if that is given, and
else what Git has checked out where the app is:

- A branch that is checked out. With a detached \`HEAD\`, which is what most CIs and Tekton's git-clone leave, there is none: give \`source-ref\`.
- All tags that point at the commit, beside the branch. Of several, \`semver\` and \`match\` take the highest version among those that fit, a release
  before its prereleases, and \`{{tag}}\` and \`event=tag\` the highest of all.
- The default branch is what \`default-branch\` says, else \`origin/HEAD\` of the clone, else \`main\`.
- The commit and its time are always Git's. Shallow clones, worktrees and submodules will do, and a checkout that belongs to another user;
  no \`git\` is needed, and no configuration or hook of the repository is read or run.
- Where there is no Git, a rule that needs it is an error and the others are not: \`type=raw\`, \`value=\` without \`{{…}}\`.
- There is no schedule: \`type=raw,value={{date 'YYYYMMDD'}}\` gives each day its tag.

An image says 1980 for its time unless \`creation-time\` is set, so "the newest image" means nothing to a tool that goes by it: a clean-up by age, or
Argo CD's image updater with the strategy \`newest-build\`. Let it go by versions (\`type=semver\`) or by a number that grows
(\`type=raw,value={{commit_date 'X'}}-{{sha}}\`), or set \`creation-time: commit\`: then each commit has a digest of its own, the same one
wherever it is built.

### Buildpacks

Tested in this order:

| form                                                 | meaning                                                                          |
| ---------------------------------------------------- | -------------------------------------------------------------------------------- |
| \`from=builder\`                                       | the builder's whole order                                                        |
| \`urn:cnb:builder:ID[@VERSION]\`, \`from=builder:ID\`    | a buildpack that must be on the builder                                          |
| \`docker://IMAGE\`                                     | a buildpack image on a registry                                                  |
| \`https://…#sha256:HEX\`                               | an archive, which must have this digest                                          |
| a path that exists                                   | a directory with a buildpack.toml, or a \`.cnb\`, tar or tgz file                  |
| \`ID[@VERSION]\`                                       | a buildpack on the builder                                                       |
| \`REGISTRY/REPOSITORY[:TAG][@DIGEST]\`                 | a buildpack image on a registry                                                  |

Ids of the public buildpack registry (\`urn:cnb:registry:…\`) are refused: that registry only points to images, so name the image.

### Variables

\`\`\`
BP_NODE_VERSION=24
EMPTY=
QUOTED="the quotes are part of the value"
FROM_THE_JOB
SEVERAL_LINES<<EOF
first line
second line
EOF
\`\`\`

- A name starts with a letter or \`_\`; letters, digits, \`_\`, \`.\` and \`-\` follow.
- A value is everything after the first \`=\`, unchanged. Nothing is expanded and no quotes are removed.
- A name alone takes the value that the job has; if the job does not have it, that is an error. In an untrusted run it is one in a file, too.
- Blanks before a name, empty lines and lines that start with \`#\` mean nothing.
- Files in \`env-files\` have the same form. They must be UTF-8.
- The later wins: project.toml, then env files in their order, then \`env\`.

### Bindings

\`\`\`
database=bindings/database
maven/type=maven
maven/settings.xml=ci/settings.xml
\`\`\`

\`database\` gets the files of a directory; its sub-directories and hidden files are left out, and a link that leads out of the
directory is an error. \`maven\` is put together key by key: \`type\` and \`provider\` are written as text, any other key names a
file. Each binding needs a \`type\`. A single key wins over a file of the directory.

### project.toml

It may name buildpacks on the builder, paths inside the app (links followed), and images by digest; never \`file:\`, \`http:\` or
\`https:\`. The inputs have no such limits. Its builder is an image, by tag or digest, and is used in trusted runs only.

- \`include\` and \`exclude\` are gitignore patterns. Each file and directory is tested by itself and the last pattern that matches
  it or a directory above it decides, as in pack. A pattern that ends in \`/\` is about what is in the directory, which stays.
- In schema 0.3 buildpacks and variables with \`exec-env\` count only when it holds the value of the input \`exec-env\`.

## What a run may do

| run                                                                              | \`publish: auto\` | \`cache: auto\`    | project.toml                             | \`lock-file\`             |
| -------------------------------------------------------------------------------- | --------------- | ---------------- | ---------------------------------------- | ----------------------- |
| push, tag, schedule, started by hand; a protected ref of GitLab                  | yes             | reads and writes | all                                      | anywhere                |
| an unprotected branch of GitLab                                                  | yes             | a cache apart    | all                                      | anywhere                |
| pull or merge request, merge queue; what outsiders can start; an event not known | no              | reads            | no builder, no buildpacks from elsewhere | outside of the checkout |
| Tekton, Argo, command line: \`trust\` decides, which is \`trusted\` by default       | by trust        | by trust         | by trust                                 | by trust                |

\`cache: write\` in an untrusted run only reads. \`volumes\` in an untrusted run is an error, and so is a link in the working directory on
the way to what \`path\`, \`descriptor\`, \`env-files\` or \`bindings\` name: a pull request could lead it anywhere on the machine. \`publish: true\` publishes in any run:
it is for those who know who can start it.

With \`locked\` the lock decides which digest stands for a name. A pull request could write any digest into it that the registry or a mirror has, an older
builder's or another image's, so an untrusted run takes none from the checkout, that is the working directory, the app's folder and the Git repository around
them. Give it the lock of the branch that the changes are for, in a file elsewhere. On GitHub:

\`\`\`yaml
- run: git fetch --depth=1 origin "$BASE" && git show FETCH_HEAD:buildpacks-ci.lock.json > "$RUNNER_TEMP/lock.json"
  env:
    BASE: \${{ github.base_ref || github.ref }}
- uses: OWNER/buildpacks-ci@0000000000000000000000000000000000000000 # v1.0.0
  with:
    locked: true
    lock-file: \${{ runner.temp }}/lock.json
\`\`\`

A change of the lock itself is so built only when it has been merged; \`lock --check\` looks at it before.
`;

/** The page `docs/inputs.md`. */
export function renderInputs(): string {
  return `${INTRODUCTION}\n${GROUPS.map(renderGroup).join('\n')}\n${FORMS}`;
}

function renderGroup(group: InputGroup): string {
  const inputs: readonly InputDefinition[] = INPUTS.filter((input) => input.group === group);
  return `## ${INPUT_GROUPS[group]}\n\n${inputs.map(renderInput).join('\n')}`;
}

function renderInput(input: InputDefinition): string {
  const facts = [
    `Type: ${typeOf(input)}`,
    `Default: ${defaultOf(input)}`,
    ...(input.secret === true ? ['A secret: give it by the environment, where only this step sees it'] : []),
    ...(input.projectToml === undefined ? [] : [`In project.toml: \`${input.projectToml}\``]),
  ];
  const example = input.example === undefined ? '' : `\n\`\`\`\n${input.example}\n\`\`\`\n`;
  return `### \`${input.name}\`\n\n${input.description}\n\n${facts.map((fact) => `- ${fact}\n`).join('')}${example}`;
}

function typeOf(input: InputDefinition): string {
  switch (input.type) {
    case 'enum':
      return input.values.map((value) => `\`${value}\``).join(', ');
    case 'list':
      return 'list, one item per line';
    case 'number':
      return 'whole number';
    case 'string':
    case 'boolean':
    case 'path':
      return input.type;
  }
}

function defaultOf(input: InputDefinition): string {
  if (input.defaultNote !== undefined) return input.defaultNote;
  return input.default === undefined ? 'none' : `\`${input.default}\``;
}
