import type { LayerOwner } from './result.ts';

/** `run image`, `samples/nodejs:modules`, `app`, …: whose a layer is, for people. */
export function describeOwner(owner: LayerOwner): string {
  switch (owner.kind) {
    case 'run-image':
      return 'run image';
    case 'buildpack':
      return `${owner.buildpack}:${owner.layer}`;
    case 'process-types':
      return 'process types';
    case 'sbom':
      return 'SBOM';
    case 'app':
    case 'launcher':
    case 'config':
    case 'unknown':
      return owner.kind;
  }
}
