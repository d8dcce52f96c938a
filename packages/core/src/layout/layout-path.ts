import path from 'node:path';
import { hexOf, type ImageReference } from '../reference/index.ts';

/**
 * Where the lifecycle looks an image up below its layout directory: `<root>/<registry>/<repository>/<tag>`, or
 * `…/<repository>/sha256/<hex>` for a reference by digest (imgutil, `layout.ParseRefToPath`).
 */
export function layoutPath(root: string, reference: ImageReference): string {
  const { registry, path: repository } = reference.repository;
  const last = reference.kind === 'tag' ? [reference.tag] : ['sha256', hexOf(reference.digest)];
  return path.join(root, registry, ...repository.split('/'), ...last);
}
