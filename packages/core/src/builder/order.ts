import { type InputProblem, InputError } from '../errors/index.ts';
import type { Builder } from './metadata.ts';
import { formatModule, type ModuleName, type ModuleReference, type Order } from './module.ts';
import { explainMissing, resolveModule } from './resolution.ts';
import { renderToml } from '../toml/write-toml.ts';

/** An entry of an explicit list of buildpacks: one, or the whole order of the builder (`from=builder`). */
export type OrderItem = ModuleReference | 'from-builder';

/** What the user asked for; every list in the order in which it was given. */
export interface OrderRequest {
  readonly buildpacks: readonly OrderItem[];
  readonly pre: readonly ModuleReference[];
  readonly post: readonly ModuleReference[];
}

/** An order to write, every version known. */
export interface ComposedOrder {
  readonly order: readonly { readonly group: readonly (ModuleName & { readonly optional?: boolean })[] }[];
  /** Pre and post buildpacks are for the builder's own order: beside an explicit list they count for nothing, as in pack. */
  readonly ignored: readonly ('pre-buildpacks' | 'post-buildpacks')[];
}

/**
 * The order that a build uses in place of the builder's, with the meaning that pack gives to its flags (`processBuildpacks`):
 *
 * - an explicit list is one group; `from=builder` in it is replaced by each of the builder's groups in turn;
 * - pre buildpacks are put before and post buildpacks behind every group of the builder;
 * - each pre buildpack goes before those already put, so the last one given runs first; post buildpacks keep their order.
 *
 * @param added buildpacks that the build brings along; one with a builder's id and version replaces it
 * @returns undefined when nothing was asked for: the builder's own order stands
 * @throws InputError naming every buildpack that is unknown or whose version is open
 */
export function composeOrder(
  builder: Builder,
  request: OrderRequest,
  added: readonly ModuleName[] = [],
): ComposedOrder | undefined {
  const { buildpacks, pre, post } = request;
  if (buildpacks.length === 0 && pre.length === 0 && post.length === 0) return undefined;
  const known = [...builder.buildpacks, ...added];
  if (buildpacks.length === 0)
    return { order: resolve(surround(builder.order, pre, post), builder, known), ignored: [] };
  const ignored: ComposedOrder['ignored'][number][] = [];
  if (pre.length > 0) ignored.push('pre-buildpacks');
  if (post.length > 0) ignored.push('post-buildpacks');
  return { order: resolve(expand(builder.order, buildpacks), builder, known), ignored };
}

/** `order.toml` (platform specification). */
export function renderOrderToml(order: ComposedOrder['order']): string {
  return renderToml({
    order: order.map(({ group }) => ({ group: group.map(({ id, version, optional }) => ({ id, version, optional })) })),
  });
}

/** An entry of a group and the input that asked for it. */
interface Entry {
  readonly module: ModuleReference;
  readonly input: string;
}

function expand(order: Order, items: readonly OrderItem[]): readonly (readonly Entry[])[] {
  const at = items.indexOf('from-builder');
  if (at !== items.lastIndexOf('from-builder')) {
    throw new InputError([{ input: 'buildpacks', message: '"from=builder" may be given only once' }]);
  }
  const entries = (part: readonly OrderItem[]) =>
    part.filter((item) => item !== 'from-builder').map((module) => ({ module, input: 'buildpacks' }));
  if (at === -1) return [entries(items)];
  return order.map(({ group }) => [
    ...entries(items.slice(0, at)),
    ...builderEntries(group),
    ...entries(items.slice(at)),
  ]);
}

function surround(
  order: Order,
  pre: readonly ModuleReference[],
  post: readonly ModuleReference[],
): readonly (readonly Entry[])[] {
  const before = pre.map((module) => ({ module, input: 'pre-buildpacks' })).reverse();
  const after = post.map((module) => ({ module, input: 'post-buildpacks' }));
  return order.map(({ group }) => [...before, ...builderEntries(group), ...after]);
}

function builderEntries(group: readonly ModuleReference[]): readonly Entry[] {
  return group.map((module) => ({ module, input: 'builder' }));
}

function resolve(
  groups: readonly (readonly Entry[])[],
  builder: Builder,
  known: readonly ModuleName[],
): ComposedOrder['order'] {
  const problems = new Map<string, InputProblem>();
  const resolveEntry = ({ module, input }: Entry) => {
    const resolution = resolveModule(module, known);
    if (resolution.found !== undefined) return [{ ...module, ...resolution.found }];
    problems.set(formatModule(module), {
      input,
      ...explainMissing(module, resolution.versions, known, builder.name),
    });
    return [];
  };
  const order = groups.map((group) => ({ group: group.flatMap(resolveEntry) }));
  if (problems.size > 0) throw new InputError([...problems.values()]);
  return order;
}
