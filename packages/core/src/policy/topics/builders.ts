import type { Topic } from '../topic.ts';
import { allowImages, denyImages, type ImageSubject, requirePinned } from './image-keys.ts';

const BUILDER: ImageSubject = {
  noun: 'the builder',
  plural: 'builders',
  of: ({ builder }) => builder && [builder],
};

export const BUILDERS: Topic = {
  name: 'builders',
  description:
    'The builder, wherever it is named. Who allows a builder allows the buildpacks in it: each of its detections may run. `docker://**` and `oci:**` match those that come from this machine.',
  keys: [
    allowImages(BUILDER, '["registry.example/platform/builder-*"]'),
    denyImages(BUILDER, '["**/builder:0.3.*"]'),
    requirePinned(BUILDER, 'it is'),
  ],
};
