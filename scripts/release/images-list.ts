import { imagesLockYaml } from '../../packages/core/src/lock/images-lock.ts';
import { byDigest, type Release } from './release-file.ts';

const HEAD = `---
# Every image of ours that the Tekton Tasks, the Argo templates and the GitLab components use, to be copied into a registry of one's own.
# Made from release.json by "npm run generate"; changes belong there.
`;

/** The images of a release as a lock file that `imgpkg` and `kbld` read. */
export function renderImagesList({ version, toolImage, tektonBundle }: Release): string {
  const images = [toolImage, tektonBundle].map((image) => ({
    image: byDigest(image),
    id: `${image.repository}:${version}`,
  }));
  return imagesLockYaml(images).replace(/^---\n/, HEAD);
}
