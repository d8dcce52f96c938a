import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Test files of more than half a minute, the longest first: begun last, one of them would be waited for alone. A machine that has no
 * results of an earlier run would go by the size of the files, and some of the longest are the shortest to read.
 */
const LONG = [
  'cancel',
  'github-cache',
  'tekton-samples',
  'rungs',
  'closed-network',
  'tamper',
  'parity-run-images',
  'tekton-cache',
  'argo',
  'parity-options',
  'cache-course',
  'cache-engines',
  'build-network',
  'air-gap',
  'cache',
  'parity',
  'parity-apps',
  'inputs',
  'previous-image',
].map((name) => path.join('test/e2e', `${name}.test.ts`));

/** vitest's own order, but for the files that take long. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const long = others.filter((file) => this.#rank(file) !== -1).sort((a, b) => this.#rank(a) - this.#rank(b));
    return [...long, ...others.filter((file) => !long.includes(file))];
  }

  #rank({ moduleId }: TestSpecification): number {
    return LONG.indexOf(path.relative(this.ctx.config.root, moduleId));
  }
}
