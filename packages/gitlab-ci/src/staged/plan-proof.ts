import { BuildpacksError, type Digest, InputError, isDigest } from '@buildpacks-ci/core';

/**
 * The first job tells the last one its plan's digest by a variable of a dotenv report. The job between them runs foreign code, which has
 * that job's token and can give it a report and artifacts of its own: variables that win over the first job's, and files that
 * replace its files. So the digest is the variable's name: who adds another one can't take away the first, and two are refused.
 */
const PREFIX = 'BUILDPACKS_PLAN_';
const NAME = new RegExp(`^${PREFIX}([0-9a-f]{64})$`);

/** The text of a dotenv report. */
export function renderPlanProof(digest: Digest): string {
  return `${PREFIX}${digest.slice('sha256:'.length)}=prepared\n`;
}

/**
 * The digest among the job's variables.
 *
 * @throws InputError when there is none; BuildpacksError `image` when somebody has added one
 */
export function readPlanProof(environment: Readonly<Record<string, string>>): Digest {
  const found = Object.keys(environment).flatMap((name) => NAME.exec(name)?.slice(1) ?? []);
  const [hex, another] = found;
  const digest = `sha256:${hex ?? ''}`;
  if (another !== undefined) {
    throw new BuildpacksError('image', `the job has the digests of ${found.length} plans, and one was prepared`, {
      hint: 'The job that ran the buildpacks may have added one: look at the buildpacks of this builder.',
    });
  }
  if (isDigest(digest)) return digest;
  throw new InputError([
    {
      input: 'hand-over',
      message: 'the job has no variable with the digest of the plan that was prepared',
      hint: 'It comes by the dotenv report of the job that prepares, which this one must "need" with its artifacts.',
    },
  ]);
}
