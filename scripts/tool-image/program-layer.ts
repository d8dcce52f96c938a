import { readFileSync } from 'node:fs';
import path from 'node:path';
import { directoryItem, fileItem, type TarItem } from '../../packages/core/src/archive/index.ts';
import { type Bundle, makeBundle, packagesOf, ROOT } from '../bundle.ts';
import type { BundledPackage } from '../licences.ts';
import { IMAGE_PROGRAMS } from './image-programs.ts';
import { launcher } from './launcher.ts';
import { inOrder, TIME, TOOL } from './places.ts';
import { OUTSIDE, programItem } from './system-layer.ts';

const FACTS = { mtime: TIME.seconds };
const SHEBANG = /^#!.*\n/;

/** One of our programs as it is in the image. */
export interface OwnProgram {
  /** What it is called by. */
  readonly name: string;
  readonly text: string;
  /** Of the packages in it. */
  readonly licences: string;
  readonly packages: readonly BundledPackage[];
}

/** Bundles the programs of the image from the sources as they are. */
export async function ownPrograms(): Promise<readonly OwnProgram[]> {
  return Promise.all(Object.entries(IMAGE_PROGRAMS).map(([name, bundle]) => ownProgram(name, bundle)));
}

async function ownProgram(name: string, bundle: Bundle): Promise<OwnProgram> {
  const files = await makeBundle(bundle);
  const text = files.get(bundle.file);
  const licences = files.get(path.join(path.dirname(bundle.file), 'licences.txt'));
  if (text === undefined || licences === undefined) throw new Error(`the bundle of ${name} is not whole`);
  return { name, text, licences, packages: await packagesOf(bundle) };
}

/**
 * The uppermost layer, which each release changes.
 *
 * @param sbom of the whole image
 */
export function programItems(programs: readonly OwnProgram[], version: string, sbom: string): readonly TarItem[] {
  return inOrder([
    directoryItem(`${TOOL.libraries}/buildpacks-ci`, FACTS),
    ...programs.flatMap(itemsOf),
    fileItem(`${TOOL.licences}/buildpacks-ci.txt`, readFileSync(path.join(ROOT, 'LICENSE')), FACTS),
    fileItem(TOOL.marker, `${JSON.stringify({ version, outside: OUTSIDE })}\n`, FACTS),
    fileItem(TOOL.sbom, sbom, FACTS),
  ]);
}

/** Started by the image's own Node, whatever the job has for others. */
function itemsOf({ name, text, licences }: OwnProgram): readonly TarItem[] {
  const program = `${TOOL.libraries}/buildpacks-ci/${name}.cjs`;
  return [
    fileItem(program, text.replace(SHEBANG, ''), FACTS),
    programItem(`${TOOL.programs}/${name}`, Buffer.from(launcher(`/${program}`))),
    fileItem(`${TOOL.licences}/${name}.packages.txt`, licences, FACTS),
  ];
}
