import { VERSION } from '../../version.ts';

/**
 * Our own image, in which the stages run in clusters, by the tag of this version: its digest can't be in it, since the image holds this
 * program (`release.json` has it).
 */
export const TOOL_IMAGE = `ghcr.io/buildpacks-ci/buildpacks-ci:${VERSION}`;
