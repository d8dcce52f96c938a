import type { Image } from '../image/source.ts';
import { asRecord } from '../json/json.ts';
import { type Digest, isDigest } from '../reference/index.ts';
import { BUILDER_LABEL, type Builder, builderLabel, parseOrder } from './metadata.ts';
import { formatModule, type ModuleName, type ModuleReference, type Order } from './module.ts';

/** What a build can run. */
export interface UsableModules {
  /** The order that takes the place of the builder's own. */
  readonly order: Order;
  /** Buildpacks that the build brings along, which need nothing of the builder. */
  readonly added: readonly (ModuleName & { readonly order?: Order })[];
  /** Those that the builder's operator adds to every group; empty when the build is without them. */
  readonly system: readonly ModuleReference[];
}

/** A buildpack as the builder's label describes it. */
export interface LayeredModule extends ModuleName {
  /** Undefined when the label names none; that of a flattened builder holds several buildpacks. */
  readonly diffId: Digest | undefined;
  readonly order: Order;
}

/**
 * The layers of a builder that hold nothing but buildpacks which a build can't run: not named by the order, nor, through composite
 * buildpacks, by what it names. A layer that no buildpack is said to be in is never among them.
 *
 * @returns diff IDs; none when the builder's label does not know all that the order names
 */
export function unusedLayers(image: Image, usable: UsableModules): ReadonlySet<Digest> {
  const modules = layeredModules(image);
  const used = closure(modules, usable);
  if (used === undefined) return new Set();
  const needed = new Set(modules.filter((module) => used.has(module)).map(({ diffId }) => diffId));
  return new Set(modules.flatMap(({ diffId }) => (diffId === undefined || needed.has(diffId) ? [] : [diffId])));
}

/**
 * The buildpacks that a build can run, as `formatModule` writes them: the builder's and those that it brings along.
 *
 * @returns undefined when the builder's label does not know all that the order names
 */
export function usedModules(image: Image, usable: UsableModules): ReadonlySet<string> | undefined {
  const used = closure(layeredModules(image), usable);
  return used && new Set([...used].map(formatModule));
}

/** The builder's system buildpacks, pre and post alike. */
export function systemModules({ system }: Builder): readonly ModuleReference[] {
  return [...system.pre, ...system.post];
}

/** Every buildpack of the builder that is reached; undefined when one is named that neither it nor the build has. */
function closure(modules: readonly LayeredModule[], usable: UsableModules): ReadonlySet<ModuleName> | undefined {
  const { order, added, system } = usable;
  const own = new Set(added.map(formatModule));
  // An added buildpack takes the place of the builder's of the same name.
  const known = [...added, ...modules.filter((module) => !own.has(formatModule(module)))];
  const reached = new Set<ModuleName>();
  const todo = [...members(order), ...system];
  for (let reference = todo.pop(); reference !== undefined; reference = todo.pop()) {
    const { id, version } = reference;
    const found = known.filter((module) => module.id === id && (version === undefined || module.version === version));
    if (found.length === 0) return undefined;
    for (const module of found) {
      if (reached.has(module)) continue;
      reached.add(module);
      todo.push(...members(module.order ?? []));
    }
  }
  return reached;
}

function members(order: Order): readonly ModuleReference[] {
  return order.flatMap(({ group }) => group);
}

/** Every buildpack that a label names with the layer that it is in: of a builder, or of a packed buildpack. */
export function layeredModules(image: Image): readonly LayeredModule[] {
  const label = asRecord(builderLabel(image, BUILDER_LABEL.layers)) ?? {};
  return Object.entries(label).flatMap(([id, versions]) =>
    Object.entries(asRecord(versions) ?? {}).map(([version, info]): LayeredModule => {
      const { layerDiffID: diffId, order } = asRecord(info) ?? {};
      return {
        id,
        version,
        diffId: typeof diffId === 'string' && isDigest(diffId) ? diffId : undefined,
        order: parseOrder(order),
      };
    }),
  );
}
