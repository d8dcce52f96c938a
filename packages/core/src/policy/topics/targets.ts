import type { Topic } from '../topic.ts';
import { allowImages, denyImages, type ImageSubject } from './image-keys.ts';

const TARGET: ImageSubject = { noun: 'the target', plural: 'images', of: ({ targets }) => targets };

export const TARGETS: Topic = {
  name: 'targets',
  description: 'Where images may be published. An image that is checked is looked at as its own target.',
  keys: [allowImages(TARGET, '["registry.example/apps/**"]'), denyImages(TARGET, '["**:latest"]')],
};
