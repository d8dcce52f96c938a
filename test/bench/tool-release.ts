import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { go } from './go.ts';
import { writeSboms } from './sbom.ts';

/** The module of Paketo's buildpack. */
export const CA_CERTIFICATES = 'github.com/paketo-buildpacks/ca-certificates/v3';

/** The lifecycle is one program that acts by the name it is called with. */
const PHASES = ['analyzer', 'builder', 'creator', 'detector', 'exporter', 'extender', 'rebaser', 'restorer'];

/** The lifecycle's other names, and its SBOMs. */
export async function finishLifecycle(folder: string, version: string): Promise<void> {
  for (const phase of PHASES) await symlink('lifecycle', path.join(folder, phase));
  for (const name of ['lifecycle', 'launcher']) await writeSboms(path.join(folder, name), version);
}

/** The buildpack as Paketo packages it: one program that acts by its name, and a helper for the launch. */
export async function finishCaCertificates(folder: string, version: string, source: string): Promise<void> {
  const format = ['list', '-m', '-f', '{{.Dir}}', CA_CERTIFICATES];
  const module = (await go(format, { directory: source })).trim();
  const descriptor = await readFile(path.join(module, 'buildpack.toml'), 'utf8');
  await mkdir(path.join(folder, 'bin'), { recursive: true });
  await writeFile(path.join(folder, 'buildpack.toml'), descriptor.replace('{{.version}}', version));
  for (const name of ['build', 'detect']) await symlink('main', path.join(folder, 'bin', name));
  for (const name of ['LICENSE', 'NOTICE']) {
    await copyFile(path.join(module, name), path.join(folder, name));
    await chmod(path.join(folder, name), 0o644);
  }
}
