import type { InputDefinition } from '../definition.ts';

export const IMAGE_INPUTS = [
  {
    name: 'image',
    group: 'image',
    type: 'string',
    description:
      'The image to build, `registry/repository[:tag]`. Capitals in the name are lower-cased with a notice. It may be left out when `tags` holds a full reference or when only `output` is wanted.',
    example: 'ghcr.io/example/shop',
  },
  {
    name: 'tags',
    group: 'image',
    type: 'list',
    description:
      'The tags of the image, one per line. A line that begins with `type=` is a rule (see [tag rules](#tag-rules)), one with `/` or `:` a full reference, on any registry; any other line is a tag of `image`. The output of docker/metadata-action fits as it is.',
    defaultNote:
      'the tag in `image`; else `latest` on the default branch and where no CI and no `source-ref` tells the branch, or the name of the branch or tag with other characters replaced by dashes',
    example: '1.4.2\nlatest\nregistry.example/mirror/shop:1.4.2',
  },
  {
    name: 'publish',
    group: 'image',
    type: 'enum',
    values: ['auto', 'true', 'false'],
    default: 'auto',
    description:
      'Whether the image is pushed to its registry. `auto` publishes what was pushed to the repository and never a pull or merge request (see [what a run may do](#what-a-run-may-do)).',
  },
  {
    name: 'load',
    group: 'image',
    type: 'enum',
    values: ['true', 'false', 'docker', 'podman'],
    default: 'false',
    description: 'Loads the image into a container engine on this machine; `true` takes the one that answers.',
  },
  {
    name: 'output',
    group: 'image',
    type: 'list',
    description:
      'Writes the image to disk as an OCI layout: `oci:DIR` a directory, `oci-archive:FILE` a tar archive. The image of a layout that is there is replaced; a directory with anything else in it is refused.',
    example: 'oci:out/image\noci-archive:out/image.tar',
  },
  {
    name: 'labels',
    group: 'image',
    type: 'list',
    description:
      "Labels of the image, one `K=V` per line. The value is everything after the first `=`, quotes included; the output of docker/metadata-action fits as it is. They are put in when the image is published: other labels are another digest, but nothing is built again and every layer is reused, and a later rebase keeps them. A label that holds the time, as docker/metadata-action's `org.opencontainers.image.created` does, makes each run another image. One that a buildpack has set is replaced; those that begin with `io.buildpacks.` are refused.",
    example: 'org.opencontainers.image.source=https://git.example/shop\norg.opencontainers.image.version=1.4.2',
  },
  {
    name: 'annotations',
    group: 'image',
    type: 'list',
    description:
      "Annotations of the image's manifest, one `K=V` per line, also with the level in front as docker/metadata-action writes it (`manifest:K=V`). Those for an index or its descriptors are left out with a notice, since one image and no index is published. An image in Docker's format, which it is when its run image is, can't have any: use `labels` there.",
    example: 'org.opencontainers.image.description=The shop',
  },
  {
    name: 'previous-image',
    group: 'image',
    type: 'string',
    description:
      'The image whose unchanged layers are reused. `none` builds without one. Reuse never changes the result, only the time it takes.',
    defaultNote:
      'the image that the build before this one made, which the layer cache names; else the first tag that exists and is not the SHA of a commit. With keys for the cache, only an image that a verified cache names',
  },
  {
    name: 'creation-time',
    group: 'image',
    type: 'string',
    default: 'none',
    description:
      'The creation time that the image records. `none` is 1980-01-01 and makes builds of the same inputs bit-identical; `commit` is the time of the commit, `now` the time of the build, a number the seconds since 1970. Whoever looks for the newest image by its time needs `commit` (see [tag rules](#tag-rules)).',
  },
] as const satisfies readonly InputDefinition[];
