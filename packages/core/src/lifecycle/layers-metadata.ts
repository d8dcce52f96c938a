import {
  GO_ANY,
  GO_BOOLEAN,
  GO_STRING,
  goList,
  goMap,
  goPointer,
  goStruct,
  type GoValue,
  omitEmpty,
} from '../json/go-type.ts';

/**
 * The label `io.buildpacks.lifecycle.metadata` as the lifecycle's rebaser reads and writes it (`LayersMetadataCompat` in its
 * platform/files/analyzed.go, the same from 0.17 to 0.21): unknown fields are lost.
 */

const LAYER = goStruct({ sha: GO_STRING });

const RUN_IMAGE_NAMES = {
  image: omitEmpty(GO_STRING),
  mirrors: omitEmpty(goList(GO_STRING)),
};

const BUILDPACK_LAYER = goStruct({
  sha: GO_STRING,
  data: GO_ANY,
  build: GO_BOOLEAN,
  launch: GO_BOOLEAN,
  cache: GO_BOOLEAN,
});

const BUILDPACK_LAYERS = goStruct({
  key: GO_STRING,
  version: GO_STRING,
  layers: goMap(BUILDPACK_LAYER),
  store: omitEmpty(goPointer(goStruct({ metadata: goMap(GO_ANY) }))),
});

export const LAYERS_METADATA = goStruct({
  // One object in images of the first lifecycles, a list in others.
  app: GO_ANY,
  sbom: omitEmpty(goPointer(LAYER)),
  buildpacks: goList(BUILDPACK_LAYERS),
  config: LAYER,
  launcher: LAYER,
  'process-types': LAYER,
  runImage: goStruct({ topLayer: GO_STRING, reference: GO_STRING, ...RUN_IMAGE_NAMES }),
  stack: omitEmpty(goPointer(goStruct({ runImage: goStruct(RUN_IMAGE_NAMES) }))),
});

export type LayersMetadata = GoValue<typeof LAYERS_METADATA>;
