import { type Digest, formatRepository, type Repository, sameRepository } from '../reference/index.ts';
import { RegistryError } from './error.ts';
import type { Access } from './scope.ts';
import type { Call, Transport } from './transport.ts';
import { cancelUpload, openedSession } from './upload-session.ts';

/** False when the registry does not mount: the blob is not in `from` or not on this registry, or mounting is not allowed. */
export async function mountBlob(
  transport: Transport,
  repository: Repository,
  digest: Digest,
  from: Repository,
): Promise<boolean> {
  if (repository.registry !== from.registry || sameRepository(repository, from)) return false;
  const access: Access = { repository, right: 'push' };
  const call: Call = {
    task: `mount the blob ${digest} from ${formatRepository(from)} into ${formatRepository(repository)}`,
    method: 'POST',
    target: `blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from.path)}`,
    access: { ...access, from },
    expect: [201, 202],
    errand: 'upload',
  };
  const opened = await transport
    .call(call, async (answer) => {
      await answer.discard();
      return answer.status === 201 ? 'mounted' : openedSession(answer, call.task, access);
    })
    .catch((error: unknown): 'refused' => {
      // A refusal, even a server's fault, may be meant for the source only: the upload that follows tells whether it was.
      if (error instanceof RegistryError && error.status !== undefined) return 'refused';
      throw error;
    });
  if (typeof opened === 'object') await cancelUpload(transport, opened);
  return opened === 'mounted';
}
