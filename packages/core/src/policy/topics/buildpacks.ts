import { formatModule } from '../../builder/module.ts';
import { BUILDPACK_ORIGINS, type BuildpackOrigin, type PolicyFacts } from '../facts.ts';
import { matchModule, parseModulePattern } from '../module-pattern.ts';
import type { Topic, TopicKey } from '../topic.ts';
import { allowImages, type ImageSubject, requirePinned } from './image-keys.ts';
import { listed, readPatterns } from './lists.ts';

const ALLOW: TopicKey = {
  name: 'allow',
  type: 'texts',
  description:
    'Only buildpacks of these ids, `ID` or `ID@VERSIONS` ([patterns](#patterns)): before the build those that inputs and project.toml ask for, after it all that have made the image. A composite buildpack is checked by its parts too.',
  example: '["paketo-buildpacks/*", "example/java@>=2 <4"]',
  read(table, key) {
    const allowed = readPatterns(table, key, parseModulePattern);
    if (allowed === undefined) return undefined;
    return ({ buildpacks }) =>
      buildpacks
        ?.filter((module) => allowed.every(({ pattern }) => matchModule(pattern, module) !== 'yes'))
        .map((module) => `the buildpack "${formatModule(module)}" is not allowed; allowed: ${listed(allowed)}`);
  },
};

const DENY: TopicKey = {
  name: 'deny',
  type: 'texts',
  description: 'No buildpacks of these ids and versions, allowed or not.',
  example: '["*/procfile@<5.6"]',
  read(table, key) {
    const denied = readPatterns(table, key, parseModulePattern);
    if (denied === undefined) return undefined;
    return ({ buildpacks }) =>
      buildpacks?.flatMap((module) => {
        const found = denied.find(({ pattern }) => matchModule(pattern, module) !== 'no');
        return found === undefined ? [] : [`the buildpack "${formatModule(module)}" is denied by "${found.text}"`];
      });
  },
};

const FROM: TopicKey = {
  name: 'from',
  type: 'texts',
  values: BUILDPACK_ORIGINS,
  description:
    'Where buildpacks may come from that inputs and project.toml ask for: `builder`, `image`, `url`, `file` (directories and archives), `inline` (scripts in project.toml). An id proves nothing of a buildpack that brings its own: with `allow` goes `from`.',
  example: '["builder", "image"]',
  read(table, key) {
    const origins = table.texts(key);
    for (const text of origins ?? []) {
      if (!isOrigin(text))
        table.problem(key, `"${text}" is no origin`, `Write some of ${BUILDPACK_ORIGINS.join(', ')}.`);
    }
    return origins?.every(isOrigin) === true ? (facts) => judgeOrigins(facts, origins) : undefined;
  },
};

function isOrigin(text: string): text is BuildpackOrigin {
  return BUILDPACK_ORIGINS.some((origin) => origin === text);
}

function judgeOrigins({ requestedBuildpacks }: PolicyFacts, origins: readonly BuildpackOrigin[]) {
  return requestedBuildpacks
    ?.filter(({ from }) => !origins.includes(from))
    .map(({ from, shown }) => `the buildpack "${shown}" comes from ${from}; allowed: ${origins.join(', ') || 'none'}`);
}

const IMAGE: ImageSubject = {
  noun: 'the buildpack image',
  plural: 'images of buildpacks',
  of: ({ requestedBuildpacks }) => requestedBuildpacks?.flatMap(({ image }) => image ?? []),
};

export const BUILDPACKS: Topic = {
  name: 'buildpacks',
  description: 'Buildpacks that a build asks for, and those that have made the image.',
  keys: [
    ALLOW,
    DENY,
    FROM,
    { ...allowImages(IMAGE, '["registry.example/buildpacks/**"]'), name: 'images' },
    requirePinned(IMAGE, 'images of buildpacks are'),
  ],
};
