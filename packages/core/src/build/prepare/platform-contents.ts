import type { BuilderImage } from '../../engine/index.ts';
import type { BuildRequest } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import type { Ports } from '../../ports/index.ts';
import { deliverCertificates, loadTrustStore } from '../../trust/index.ts';
import { closedNetworkVariables } from './closed-network.ts';
import type { PlatformContents } from './platform-directory.ts';

/**
 * What the user wants buildpacks to get, and with it the user's certificates and variables for a closed network. What the user or the
 * builder image sets stays as it is. The lifecycle itself needs no certificates: in layout mode it speaks to nobody.
 */
export function platformContents(
  request: Pick<BuildRequest, 'connection' | 'environment' | 'bindings' | 'network'>,
  builder: BuilderImage,
  ports: Pick<Ports, 'environment'>,
): PlatformContents {
  const { connection, environment, bindings } = request;
  const { userCertificates: user, certificateVariables: variables, embedCertificates: embed } = connection;
  const ofImage = builder.image.config.config.Env.map((pair) => pair.replace(/=.*/s, ''));
  const taken = [...Object.keys(environment), ...ofImage];
  const closed = closedNetworkVariables(request, taken);
  if (user === undefined) return { environment: { ...closed, ...environment }, bindings };
  const store = loadTrustStore({ environment: ports.environment, ...optional('user', user) });
  const delivery = deliverCertificates(store, { variables, embed, taken });
  return {
    environment: { ...closed, ...delivery.environment, ...environment },
    bindings: [...bindings, ...delivery.bindings],
  };
}
