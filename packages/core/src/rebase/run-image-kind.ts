import { BUILDER_LABEL } from '../builder/metadata.ts';
import { APP_LABEL } from '../lifecycle/labels.ts';
import type { BaseImage } from './app-image.ts';
import type { Violation } from './refusal.ts';

/** Labels that run images never have; empty is how a Dockerfile takes away what it inherits. */
const KINDS: readonly (readonly [string, string])[] = [
  [APP_LABEL.lifecycle, 'an app image'],
  [APP_LABEL.build, 'an app image'],
  [BUILDER_LABEL.metadata, 'a builder'],
];

/**
 * Whether what is offered as run image is a finished app, or a builder: one app's code would end up in another's image. The lifecycle
 * asks for no such thing. An image that extensions have made of a run image has neither label: only the app on it gets any.
 */
export function againstKind({ name, image }: BaseImage): readonly Violation[] {
  const { Labels: labels } = image.config.config;
  const [found] = KINDS.filter(([label]) => Object.hasOwn(labels, label) && labels[label] !== '');
  if (found === undefined) return [];
  const [label, kind] = found;
  return [
    {
      rule: 'run-image-kind',
      message: `${name} is ${kind}, by its label ${label}`,
      hint: 'Name a run image: what images record, or what the builder names as its run image.',
      isForceable: false,
    },
  ];
}
