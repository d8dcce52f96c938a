import { describe, expect, it } from 'vitest';
import { BUILD_SCRIPT } from '../../../src/build/staged/build-script.ts';

describe('the script in the container of the builder', () => {
  it.each([
    ["GitLab's components", /\$\[\[/],
    ['Tekton', /\$\((?:params|context|workspaces|steps|tasks|results)[.[]/],
    ['Argo Workflows', /\{\{|\}\}/],
    ['a container’s arguments in Kubernetes', /\$\$|\$\([A-Za-z_][A-Za-z0-9_.-]*\)/],
    ['Windows', /\r/],
  ])('has nothing that %s would replace', (_who, pattern) => {
    expect(BUILD_SCRIPT).not.toMatch(pattern);
  });

  it('speaks of no CI in particular', () => {
    expect(BUILD_SCRIPT).not.toMatch(/GitLab|artifact|\bjobs?\b|Tekton|Argo/i);
  });

  it('evaluates no text', () => {
    expect(BUILD_SCRIPT).not.toMatch(/\beval\b|`/);
  });

  it('explains the statuses of the lifecycle', () => {
    expect(BUILD_SCRIPT).toContain("51) echo 'buildpacks-ci: a buildpack failed to build, exit status 51.");
  });
});
