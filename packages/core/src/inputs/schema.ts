import type { InputDefinition, InputType } from './definition.ts';
import { APP_INPUTS } from './schema/app.ts';
import { BUILD_INPUTS } from './schema/build.ts';
import { BUILDER_INPUTS } from './schema/builder.ts';
import { IMAGE_INPUTS } from './schema/image.ts';
import { NETWORK_INPUTS } from './schema/network.ts';
import { CACHE_INPUTS, REPORT_INPUTS, RUN_INPUTS } from './schema/run.ts';

/**
 * Every input there is, once for all adapters: their flags, files, help and documentation are made from it.
 * A new input is one more entry; `InputReader` reads it by its type.
 */
export const INPUTS = [
  ...IMAGE_INPUTS,
  ...APP_INPUTS,
  ...BUILDER_INPUTS,
  ...BUILD_INPUTS,
  ...CACHE_INPUTS,
  ...RUN_INPUTS,
  ...NETWORK_INPUTS,
  ...REPORT_INPUTS,
] as const;

type Entry = (typeof INPUTS)[number];

export type InputName = Entry['name'];

/** Those that adapters have whose CI tells what a run is of. */
export const CI_INPUTS: readonly (InputDefinition & { readonly name: InputName })[] = INPUTS.filter(
  ({ toldByCi }: InputDefinition) => toldByCi !== true,
);

/** Those that every stage and command which speaks to registries has: what `readConnectionInputs` reads, but for what buildpacks get. */
export const CONNECTION_INPUTS: readonly InputName[] = [
  'offline',
  'offline-hosts',
  'http-proxy',
  'https-proxy',
  'no-proxy',
  'no-proxy-cluster',
  'ca-certificates',
  'client-certificates',
  'registry-mirrors',
  'registries-conf',
  'registry-prefix',
  'registry-auth',
  'insecure-registries',
];

/** The names of the inputs of one type. */
export type InputNameOf<Type extends InputType> = Extract<Entry, { readonly type: Type }>['name'];

/** The values that an input of type `enum` may have. */
export type InputValue<Name extends InputNameOf<'enum'>> = Extract<
  Entry,
  { readonly name: Name; readonly type: 'enum' }
>['values'][number];

/** The variable that gives an input, also one that only an adapter has: `BUILDPACKS_CI_RUN_IMAGE` for `run-image`. */
export function environmentName(name: string): string {
  return `BUILDPACKS_CI_${name.toUpperCase().replaceAll('-', '_')}`;
}
