import { type Endpoint, mirrorName, type MirrorRules } from '../../mirrors/index.ts';

/** Rules that leave one endpoint alone for its own name of an image, so that no other answers in its place. */
export function onlyEndpoint({ reference, insecure, namespace, server }: Endpoint): MirrorRules {
  const settings = { ...(namespace !== undefined && { namespace }), ...(server !== undefined && { server }) };
  const source = { location: '', insecure, scope: 'all', ...settings } as const;
  return { rules: [{ prefix: mirrorName(reference.repository), mirrors: [], source, blocked: false }], notices: [] };
}
