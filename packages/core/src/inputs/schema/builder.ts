import type { InputDefinition } from '../definition.ts';

export const BUILDER_INPUTS = [
  {
    name: 'builder',
    group: 'builder',
    type: 'string',
    description:
      'The builder: an image on a registry, `docker://NAME` for one in the container engine of this machine, or `oci:DIR` for an OCI layout. It must be given here or in project.toml.',
    projectToml: 'io.buildpacks.builder',
    example: 'docker.io/paketobuildpacks/ubuntu-noble-builder',
  },
  {
    name: 'allow-builder-tag',
    group: 'builder',
    type: 'boolean',
    default: 'false',
    description:
      'Accepts a builder by tag when the stages run as separate containers. There the builder must be `name@sha256:…`, since the node and our own client look tags up separately.',
  },
  {
    name: 'run-image',
    group: 'builder',
    type: 'string',
    description: 'The image that the app runs on.',
    defaultNote: "the builder's own, or its mirror on the registry of `image`",
  },
  {
    name: 'buildpacks',
    group: 'builder',
    type: 'list',
    description:
      "The buildpacks to use instead of the builder's order, one per line (see [their forms](#buildpacks-1)). `from=builder` stands for the builder's whole order.",
    projectToml: 'io.buildpacks.group',
    example:
      'paketo-buildpacks/nodejs@7.4.1\n./buildpacks/settings\ndocker://ghcr.io/example/buildpack:2\nfrom=builder',
  },
  {
    name: 'pre-buildpacks',
    group: 'builder',
    type: 'list',
    description: "Buildpacks that go before each group of the builder's order, in the order given.",
    projectToml: 'io.buildpacks.pre.group',
  },
  {
    name: 'post-buildpacks',
    group: 'builder',
    type: 'list',
    description: "Buildpacks that go after each group of the builder's order, in the order given.",
    projectToml: 'io.buildpacks.post.group',
  },
  {
    name: 'locked',
    group: 'builder',
    type: 'boolean',
    default: 'false',
    description:
      'Uses builder, run image and buildpack images exactly as `lock-file` names them, by digest, whatever their tags say now. What is not in it is an error, and so is a builder on this machine (`docker://`, `oci:`).',
  },
  {
    name: 'lock-file',
    group: 'builder',
    type: 'path',
    default: 'buildpacks-ci.lock.json',
    description:
      'The lock that `buildpacks-ci lock` writes and that builds with `locked` read. In untrusted runs it must be outside of the checkout (see [what a run may do](#what-a-run-may-do)).',
  },
  {
    name: 'disable-system-buildpacks',
    group: 'builder',
    type: 'boolean',
    default: 'false',
    description: "Leaves out the builder's system buildpacks.",
  },
  {
    name: 'platform',
    group: 'builder',
    type: 'string',
    description:
      'The platform to build for, `os/architecture[/variant]`: one, and this machine must be able to run it.',
    defaultNote: "the machine's, for example `linux/amd64`",
  },
] as const satisfies readonly InputDefinition[];
