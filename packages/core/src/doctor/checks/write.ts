import { mirrorName } from '../../mirrors/index.ts';
import type { Repository } from '../../reference/index.ts';
import { clientOf, type ReadMeans } from './read.ts';
import type { Trial } from './trial.ts';

/** Begins an upload and cancels it: nothing is left on the registry. */
export function writeTrial(repository: Repository, means: Pick<ReadMeans, 'credentials'>): Trial<undefined> {
  return {
    what: 'write',
    subject: mirrorName(repository),
    act: async (trial) => {
      await clientOf(trial, means).checkPush(repository);
      const who = await means.credentials.explain(repository);
      const name =
        who === undefined ? 'anonymously' : who.username === undefined ? 'with a token' : `as ${who.username}`;
      return { message: `may be pushed to, ${name}`, found: undefined };
    },
  };
}
