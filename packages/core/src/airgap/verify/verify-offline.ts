import { withProject } from '../../build/build.ts';
import { explained } from '../../build/failure.ts';
import { admitRequest } from '../../build/named-places.ts';
import { openSession } from '../../build/session.ts';
import { removeTree } from '../../files/remove-tree.ts';
import { temporaryDirectory } from '../../files/temporary-directory.ts';
import type { BuildRequest, ConnectionInputs } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import { lockedImages } from '../../lock/locked-images.ts';
import { onlyTo } from '../../network/reach.ts';
import type { Ports } from '../../ports/index.ts';
import { withinReach } from '../../registry/index.ts';
import { dependencyNeeds } from './dependency-needs.ts';
import { lookAt } from './look.ts';
import type { Need } from './need.ts';
import type { Unread } from './notes.ts';
import { packageNeeds } from './package-needs.ts';
import type { ImageSupply } from './wanted.ts';

export interface VerifyRequest {
  /** The inputs of a build with `offline`. */
  readonly build: BuildRequest;
  /** How images are looked at: with `offline` too, or from where everything can be reached. */
  readonly connection: ConnectionInputs;
}

export interface VerifyOutcome {
  /** Images, then what buildpacks fetch, then packages. */
  readonly needs: readonly Need[];
  /** Of the images and archives that are needed, those that could not be read: what their buildpacks fetch is not in the list. */
  readonly unread: readonly Unread[];
}

/**
 * Tells, without building, what a build would need from outside of a closed network.
 *
 * @throws BuildpacksError when something can't be read for another reason than that it is outside
 */
export async function verifyOffline({ build, connection }: VerifyRequest, ports: Ports): Promise<VerifyOutcome> {
  return explained(ports.signal, async () => {
    admitRequest(build, ports.network);
    const session = openSession(ports, connection, [build.app.path]);
    const complete = await withProject(build, session.ports);
    const reach = onlyTo(build.connection.offline?.hosts ?? []);
    admitRequest(build, { ...ports.network, reach });
    const supply: ImageSupply = {
      mirrors: withinReach(connection.mirrors, reach),
      ...optional('lock', complete.lock),
    };
    const side = connection.offline === undefined ? 'outside' : 'inside';
    const registry = complete.lock === undefined ? session.registry : lockedImages(session.registry, complete.lock);
    const found = await withScratch(session.ports, (scratch) =>
      lookAt(complete, { supply, side, reach, scratch, ports: { ...session.ports, registry } }),
    );
    // Buildpacks have no network of ours: `none` is none, whatever the inputs name.
    const closed = { reaches: (host: string) => complete.network !== 'none' && reach.allows(host) };
    return {
      needs: [
        ...found.carried,
        ...dependencyNeeds(found.dependencies, complete, closed),
        ...packageNeeds(complete, closed),
      ],
      unread: found.unread,
    };
  });
}

/** With a directory that is removed afterwards. */
async function withScratch<T>(ports: Ports, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await temporaryDirectory(ports.machine);
  try {
    return await work(directory);
  } finally {
    await removeTree(directory, ports);
  }
}
