import { digestOf } from '../../../src/reference/index.ts';

/** Compact JSON as Go's encoder writes it. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function text(content: Uint8Array): string {
  return new TextDecoder().decode(content);
}

export function sha(character: string): string {
  return `sha256:${character.repeat(64)}`;
}

/** `io.buildpacks.lifecycle.metadata` as lifecycle 0.21 writes it; the fields are in its structs' order. */
export function lifecycleMetadata(reference: unknown, data: unknown = {}): Record<string, unknown> {
  return {
    app: [{ sha: sha('1') }],
    sbom: { sha: sha('2') },
    buildpacks: [
      {
        key: 'samples/nodejs',
        version: '0.1.0',
        layers: { modules: { sha: sha('3'), data, build: false, launch: true, cache: true } },
      },
    ],
    config: { sha: sha('4') },
    launcher: { sha: sha('5') },
    'process-types': { sha: sha('6') },
    runImage: {
      topLayer: sha('7'),
      reference,
      image: 'registry.example/run:base',
      mirrors: ['mirror.example/run:base'],
    },
    stack: { runImage: { image: 'registry.example/run:base', mirrors: ['mirror.example/run:base'] } },
  };
}

/** An image configuration whose lifecycle label is the given text. */
export function configWith(label: unknown): Record<string, unknown> {
  return {
    architecture: 'amd64',
    created: '1980-01-01T00:00:01Z',
    history: [{ created: '1980-01-01T00:00:01Z', created_by: 'Layer: <run> & more' }],
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [sha('7'), sha('3')] },
    config: {
      Entrypoint: ['/cnb/process/web'],
      Env: ['PATH=/cnb/process:/cnb/lifecycle:/bin', 'A=<&>'],
      Labels: {
        'a.label': '{"runImage":{"reference":"look-alike"}}',
        'io.buildpacks.build.metadata': '{"runImage":{"reference":"look-alike"}}',
        'io.buildpacks.lifecycle.metadata': label,
      },
      WorkingDir: '/workspace',
    },
  };
}

/** The manifest of a configuration; `annotations` absent when undefined. */
export function manifestOf(
  config: Uint8Array,
  annotations?: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      size: config.length,
      digest: digestOf(config),
    },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 10, digest: sha('a') }],
    ...(annotations && { annotations }),
  };
}
