import { BuildpacksError, InputError } from '../../errors/index.ts';
import { readRegularFile } from '../../files/regular-file.ts';
import { type Digest, digestOf } from '../../reference/index.ts';
import { PREPARED } from './places.ts';

/** Far above any plan. */
const MAX_BYTES = 64 * 1024 ** 2;

/**
 * One digest for everything that PUBLISH goes by: plan and state of the layer caches.
 *
 * @throws InputError when there is no plan
 */
export async function digestOfPlan(prepared: string): Promise<Digest> {
  const plan = await readRegularFile(prepared, [PREPARED.plan], MAX_BYTES);
  if (plan === undefined) {
    throw new InputError([
      {
        input: 'hand-over',
        message: `"${prepared}" holds no ${PREPARED.plan}`,
        hint: 'The stage prepare makes it. What it has left may have expired: run it again.',
      },
    ]);
  }
  const caches = await readRegularFile(prepared, [PREPARED.caches], MAX_BYTES);
  return digestOf(Buffer.from(`${digestOf(plan)} ${caches === undefined ? 'none' : digestOf(caches)}\n`));
}

/** @throws BuildpacksError `image` when plan or caches are not those of PREPARE */
export async function verifyPlan(prepared: string, expected: Digest): Promise<void> {
  if ((await digestOfPlan(prepared)) === expected) return;
  throw new BuildpacksError('image', `the plan in "${prepared}" is not the one that was prepared`, {
    hint: 'Buildpacks may have replaced it: look at those of this builder.',
  });
}
