import { describe, expect, it } from 'vitest';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import type { Descriptor, Platform } from '../../src/image/manifest.ts';
import { digestOf } from '../../src/reference/index.ts';
import { selectPlatform } from '../../src/image/platform.ts';

/** `linux/arm/v7`; `-` is an entry without a platform. */
function entry(name: string): Descriptor {
  const descriptor = { mediaType: MEDIA_TYPE.ociManifest, digest: digestOf(Buffer.from(name)), size: 1 };
  return name === '-' ? descriptor : { ...descriptor, platform: platformOf(name) };
}

function platformOf(name: string): Platform {
  const [os = '', architecture = '', variant] = name.split('/');
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

describe('selectPlatform', () => {
  it.each([
    [['linux/amd64', 'linux/arm64'], 'linux/arm64', 'linux/arm64'],
    [['linux/arm64/v8'], 'linux/arm64', 'linux/arm64/v8'],
    [['linux/arm64'], 'linux/arm64/v8', 'linux/arm64'],
    [['linux/arm64/v9', 'linux/arm64'], 'linux/arm64', 'linux/arm64'],
    [['linux/arm/v5', 'linux/arm/v6'], 'linux/arm/v7', 'linux/arm/v6'],
    [['linux/arm/v7'], 'linux/arm/v6', undefined],
    [['linux/arm/v6'], 'linux/arm', 'linux/arm/v6'],
    [['linux/amd64/v3', 'linux/amd64'], 'linux/amd64', 'linux/amd64'],
    [['linux/amd64/v3'], 'linux/amd64', 'linux/amd64/v3'],
    [['linux/amd64'], 'linux/amd64/v3', undefined],
    [['unknown/unknown', 'linux/amd64'], 'linux/amd64', 'linux/amd64'],
    [['windows/amd64'], 'linux/amd64', undefined],
    [['-'], 'linux/amd64', '-'],
    [['-'], 'linux/arm64', undefined],
  ])('of %s for %s: %s', (offered, wanted, expected) => {
    const index = { mediaType: MEDIA_TYPE.ociIndex, manifests: offered.map(entry) };
    expect(selectPlatform(index, platformOf(wanted))).toEqual(expected && entry(expected));
  });
});
