import { describe, expect, it } from 'vitest';
import { familiarReference, formatReference, parseReference } from '../../src/reference/index.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('a reference', () => {
  it.each([
    ['busybox', 'index.docker.io/library/busybox:latest', 'busybox:latest'],
    ['busybox:1.36', 'index.docker.io/library/busybox:1.36', 'busybox:1.36'],
    ['docker.io/library/busybox', 'index.docker.io/library/busybox:latest', 'busybox:latest'],
    ['registry-1.docker.io/paketobuildpacks/run', 'index.docker.io/paketobuildpacks/run:latest', undefined],
    ['docker.io/a.b/x', 'index.docker.io/a.b/x:latest', 'docker.io/a.b/x:latest'],
    ['localhost/app', 'localhost/app:latest', undefined],
    ['host:5000', 'index.docker.io/library/host:5000', 'host:5000'],
    ['host:5000/app', 'host:5000/app:latest', undefined],
    ['REGISTRY.example/app:V1', 'registry.example/app:V1', undefined],
    ['[::1]:5000/app', '[::1]:5000/app:latest', undefined],
    [`app@${DIGEST}`, `index.docker.io/library/app@${DIGEST}`, `app@${DIGEST}`],
    [`app:1@${DIGEST}`, `index.docker.io/library/app@${DIGEST}`, `app@${DIGEST}`],
  ])('%s is %s', (text, long, familiar = long.replace('index.docker.io/', '')) => {
    const reference = parseReference(text);
    expect([formatReference(reference), familiarReference(reference)]).toEqual([long, familiar]);
  });

  it.each([
    ['', 'it has no name'],
    ['registry.example/App', '"App" is not a repository path component'],
    ['Team/app', '"Team" may be a registry or a namespace of Docker Hub'],
    ['host:99999/app', '"host:99999" is not a registry host'],
    ['app:', '"" is not a tag'],
    ['app@sha256:abc', '"sha256:abc" is not a digest'],
    ['a//b', '"" is not a repository path component'],
    [`registry.example/${'a'.repeat(256)}`, 'the name is longer than 255 characters'],
  ])('"%s" is none: %s', (text, why) => {
    expect(() => parseReference(text)).toThrow(why);
  });
});
