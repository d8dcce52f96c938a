import { chmod, mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError, InputError } from '../errors/index.ts';
import type { BuildpackModule } from './buildpack-package.ts';
import type { Builder } from './metadata.ts';
import { formatModule, isModuleName, moduleDirectory, type ModuleName } from './module.ts';
import { resolveModule } from './resolution.ts';

/** Where a builder image holds its buildpacks. */
const ON_BUILDER = '/cnb/buildpacks';

/**
 * Writes the directory that the lifecycle looks buildpacks up in (`CNB_BUILDPACKS_DIR`): the added ones as they are, the builder's own as
 * links to where the builder has them. An added one takes the place of the builder's, or of an earlier added one, with the same id and
 * version.
 *
 * @param directory is made
 * @throws InputError when a member of an added composite buildpack is missing
 */
export async function writeBuildpacksDirectory(
  directory: string,
  builder: Builder,
  added: readonly BuildpackModule[],
): Promise<void> {
  requireMembers(builder, added);
  const own = new Map(added.map((module) => [moduleDirectory(module), module]));
  for (const module of builder.buildpacks) {
    if (!isModuleName(module)) {
      throw new BuildpacksError(
        'image',
        `the builder "${builder.name}" has a buildpack named "${formatModule(module)}"`,
      );
    }
    const place = moduleDirectory(module);
    if (own.has(place)) continue;
    await makeParent(directory, place);
    await symlink(`${ON_BUILDER}/${place}`, path.join(directory, place));
  }
  for (const [place, module] of own) {
    await makeParent(directory, place);
    await module.place(path.join(directory, place));
  }
}

async function makeParent(directory: string, place: string): Promise<void> {
  const parent = path.dirname(path.join(directory, place));
  await mkdir(parent, { recursive: true });
  for (const folder of [directory, parent]) await chmod(folder, 0o755);
}

/** The lifecycle would fail in the middle of detection, naming a path that nobody knows. */
function requireMembers(builder: Builder, added: readonly BuildpackModule[]): void {
  const known: readonly ModuleName[] = [...builder.buildpacks, ...added];
  const problems = added.flatMap((module) =>
    (module.order ?? []).flatMap(({ group }) =>
      group
        .filter((member) => resolveModule(member, known).found === undefined)
        .map((member) => ({
          input: 'buildpacks',
          message: `"${formatModule(module)}" is made of "${formatModule(member)}", which neither it nor the builder holds`,
          hint: 'Package the buildpack together with its dependencies, or give them beside it.',
        })),
    ),
  );
  if (problems.length > 0) throw new InputError(problems);
}
