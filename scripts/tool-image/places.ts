import type { TarItem } from '../../packages/core/src/archive/index.ts';

/** Everything of ours in the image is below this folder; the contract of adapters, engines and docs. */
export const TOOL_FOLDER = 'opt/buildpacks-ci';

export const TOOL = {
  programs: `${TOOL_FOLDER}/bin`,
  libraries: `${TOOL_FOLDER}/lib`,
  certificates: `${TOOL_FOLDER}/etc/ca-certificates.crt`,
  openssl: `${TOOL_FOLDER}/etc/openssl.cnf`,
  licences: `${TOOL_FOLDER}/licences`,
  marker: `${TOOL_FOLDER}/tool-image.json`,
  sbom: `${TOOL_FOLDER}/sbom.cdx.json`,
  home: `${TOOL_FOLDER}/home`,
  work: `${TOOL_FOLDER}/work`,
} as const;

/** Parents before what is in them. */
export function inOrder(items: readonly TarItem[]): readonly TarItem[] {
  return items.toSorted((a, b) => (a.entry.path < b.entry.path ? -1 : 1));
}

/** 1980-01-01T00:00:01Z, as everything that the lifecycle writes: of files, and of the image. */
export const TIME = { seconds: 315_532_801, text: '1980-01-01T00:00:01Z' } as const;
