import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileItem, type TarItem } from '../../../packages/core/src/archive/index.ts';
import { keyOf } from '../cache.ts';
import { command } from '../command.ts';
import { debianPackages } from '../debian.ts';
import { loadedImage } from '../docker-image.ts';
import { keptLayer, type Layer } from '../layer.ts';
import { EPOCH, rootfsItems } from '../rootfs.ts';
import { program } from '../tools.ts';

/** The shell that the runner's helper starts: what it clones and unpacks is open to all, as with GitLab's own image. */
const SHELL = '#!/bin/bash\numask 0000\nexec /bin/bash\n';

/** The runner clones into folders that may belong to somebody else. */
const GIT_CONFIG = '[safe]\n\tdirectory = *\n';

/**
 * The image that GitLab's runner clones, caches and keeps artifacts with, loaded into the machine's docker engine when it is not there.
 *
 * @param user who it runs as: in a restricted Pod, the same as the job
 * @returns the name to run
 */
export async function helperImage(user = '0:0'): Promise<string> {
  const layer = await helperLayer();
  const name = `buildpacks-ci.local/gitlab-helper:${keyOf(layer.diffId, user)}`;
  const search = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const changes = [search, `USER ${user}`, 'CMD ["gitlab-runner-build"]'].flatMap((change) => ['--change', change]);
  return loadedImage(name, () => command('docker', ['import', ...changes, layer.file, name]));
}

/** All of the image's files. */
export async function helperLayer(): Promise<Layer> {
  const { helper } = await debianPackages();
  const runner = await program('gitlab-runner');
  const inputs = [helper.map((file) => path.basename(file)), path.basename(path.dirname(runner)), SHELL, GIT_CONFIG];
  return keptLayer('gitlab helper', inputs, () => items(helper, runner));
}

async function items(packages: readonly string[], runner: string): Promise<readonly TarItem[]> {
  return [
    ...(await rootfsItems(packages)),
    fileItem('etc/gitconfig', GIT_CONFIG, { mtime: EPOCH }),
    fileItem('etc/passwd', 'root:x:0:0:root:/root:/bin/bash\n', { mtime: EPOCH }),
    fileItem('usr/bin/gitlab-runner-build', SHELL, { mode: 0o755, mtime: EPOCH }),
    fileItem('usr/bin/gitlab-runner-helper', await readFile(runner), { mode: 0o755, mtime: EPOCH }),
  ];
}
