import { digestOf } from '../reference/index.ts';
import type { Descriptor } from './manifest.ts';

/** The contents of the configuration that artifacts have (OCI image specification, guidance for an empty descriptor). */
export const NO_CONFIG = Buffer.from('{}');
export const NO_CONFIG_DESCRIPTOR: Descriptor = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: digestOf(NO_CONFIG),
  size: NO_CONFIG.length,
};
