import { type BuildResult, pinnedName, repositoryOf } from '@buildpacks-ci/core';

/** A variable that later jobs get. */
export interface OutputDefinition {
  readonly name: string;
  readonly description: string;
}

/**
 * What a build gives to later jobs, what matters most first. None of the names is an input's: variables of a dotenv report win over those
 * in a job's own `variables:`, so that a later job which builds another image would get this one's name.
 */
export const JOB_OUTPUTS = [
  {
    name: 'BUILDPACKS_DIGEST',
    description: 'The digest of the image, sha256:….',
  },
  {
    name: 'BUILDPACKS_REFERENCE',
    description: 'The image by its digest, `name@sha256:…`: what a deployment should use. Only when it was published.',
  },
  {
    name: 'BUILDPACKS_IMAGE',
    description: 'The image with its main tag, for example registry.example/shop:latest. Only when it was published.',
  },
  {
    name: 'BUILDPACKS_NAME',
    description: 'The image without its tag. Only when it was published.',
  },
  {
    name: 'BUILDPACKS_BUILDER',
    description: 'The builder that was used, with its digest.',
  },
  {
    name: 'BUILDPACKS_RUN_IMAGE',
    description: 'The run image that was used, with its digest.',
  },
  {
    name: 'BUILDPACKS_TAGS',
    description: 'All references that now have this digest, with commas between. Only when it was published.',
  },
] as const satisfies readonly OutputDefinition[];

/** What a rebase gives to later jobs. */
export const REBASE_OUTPUTS = [
  { name: 'BUILDPACKS_REBASED', description: 'How many images were rebased.' },
  { name: 'BUILDPACKS_OUTDATED', description: 'How many images would be rebased, with `check` and `dry-run`.' },
  { name: 'BUILDPACKS_FAILED', description: 'How many images a rule stands against, or were in trouble.' },
  {
    name: 'BUILDPACKS_REFERENCES',
    description: 'The new images, `name@sha256:…` with commas between: what has to be signed or attested again.',
  },
] as const satisfies readonly OutputDefinition[];

export type OutputName = (typeof JOB_OUTPUTS | typeof REBASE_OUTPUTS)[number]['name'];

/** The values of a build; those that it has none for are absent. */
export function outputsOf(
  result: Pick<BuildResult, 'image' | 'digest' | 'tags' | 'builder' | 'runImage'>,
): Readonly<Partial<Record<OutputName, string>>> {
  const { image, digest, tags, builder, runImage } = result;
  const always = {
    BUILDPACKS_DIGEST: digest,
    BUILDPACKS_BUILDER: pinnedName(builder),
    BUILDPACKS_RUN_IMAGE: pinnedName(runImage),
  };
  if (image === undefined) return always;
  const name = repositoryOf(image);
  return {
    ...always,
    BUILDPACKS_REFERENCE: `${name}@${digest}`,
    BUILDPACKS_IMAGE: image,
    BUILDPACKS_NAME: name,
    BUILDPACKS_TAGS: tags.join(','),
  };
}

/** In bytes: GitLab refuses the whole of a report that has as many. It limits the number of variables too, to 20 by default; ours are fewer. */
const LIMIT = 5 * 1024;

/** A value goes to the end of its line, and the runner expands variables in it; quotes and blanks would be read by whoever uses it. */
const PLAIN = /^[A-Za-z0-9:/@._,-]+$/;

/** The text of a dotenv report, and what it lacks. */
export interface Dotenv {
  readonly text: string;
  readonly omitted: readonly { readonly name: OutputName; readonly reason: string }[];
}

/** @see https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv */
export function renderDotenv(outputs: Readonly<Partial<Record<OutputName, string>>>): Dotenv {
  const omitted: { name: OutputName; reason: string }[] = [];
  let text = '';
  for (const { name } of [...JOB_OUTPUTS, ...REBASE_OUTPUTS]) {
    const value = outputs[name];
    if (value === undefined) continue;
    const line = `${name}=${value}\n`;
    if (!PLAIN.test(value)) omitted.push({ name, reason: 'it has characters that a dotenv report can not hold' });
    else if (text.length + line.length >= LIMIT)
      omitted.push({ name, reason: `the report would not be smaller than ${LIMIT} bytes` });
    else text += line;
  }
  return { text, omitted };
}
