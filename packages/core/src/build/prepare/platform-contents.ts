import type { BuilderImage } from '../../engine/index.ts';
import type { BuildRequest } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import type { Ports } from '../../ports/index.ts';
import { deliverCertificates, loadTrustStore } from '../../trust/index.ts';
import type { PlatformContents } from './platform-directory.ts';

/**
 * What the user wants buildpacks to get, and with it the user's certificates. Variables that the user or the builder image sets stay as
 * they are. The lifecycle itself needs no certificates: in layout mode it speaks to nobody.
 */
export function platformContents(
  { connection, environment, bindings }: Pick<BuildRequest, 'connection' | 'environment' | 'bindings'>,
  builder: BuilderImage,
  ports: Pick<Ports, 'environment'>,
): PlatformContents {
  const { userCertificates: user, certificateVariables: variables, embedCertificates: embed } = connection;
  if (user === undefined) return { environment, bindings };
  const ofImage = builder.image.config.config.Env.map((pair) => pair.replace(/=.*/s, ''));
  const taken = [...Object.keys(environment), ...ofImage];
  const store = loadTrustStore({ environment: ports.environment, ...optional('user', user) });
  const delivery = deliverCertificates(store, { variables, embed, taken });
  return {
    environment: { ...delivery.environment, ...environment },
    bindings: [...bindings, ...delivery.bindings],
  };
}
