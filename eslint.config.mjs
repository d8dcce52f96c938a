import vitest from '@vitest/eslint-plugin';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const CI_PRODUCTS = { group: ['@actions/*', '@octokit/*'], message: 'these are for the GitHub action alone' };

/** By their packages' names, and by the way over their folders. */
function otherAdapters(...folders) {
  const names = {
    cli: 'buildpacks-ci',
    'github-action': '@buildpacks-ci/github-action',
    'gitlab-ci': '@buildpacks-ci/gitlab-ci',
    kubernetes: '@buildpacks-ci/kubernetes',
  };
  return {
    group: folders.flatMap((folder) => [names[folder], `${names[folder]}/*`, `**/${folder}/src/**`]),
    message: 'adapters do not import each other',
  };
}

export default defineConfig(
  globalIgnores([
    'eslint.config.mjs',
    '**/dist/**',
    '**/node_modules/**',
    '.cache/**',
    'samples/**',
    'test/apps/**',
    'test/buildpacks/**',
  ]),
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['packages/core/src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            CI_PRODUCTS,
            {
              group: ['buildpacks-ci', 'buildpacks-ci/*', '@buildpacks-ci/*', '**/packages/cli/**'],
              message: 'core imports no adapter',
            },
          ],
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'the environment is data: take it from the ports' },
        { object: 'process', property: 'exit', message: 'only an adapter ends the process' },
        { object: 'process', property: 'stdout', message: 'print through ports.log' },
        { object: 'process', property: 'stderr', message: 'print through ports.log' },
        { object: 'Date', property: 'now', message: 'time comes from ports.clock' },
      ],
    },
  },
  {
    files: ['packages/cli/src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [CI_PRODUCTS, otherAdapters('github-action', 'gitlab-ci', 'kubernetes')] },
      ],
    },
  },
  {
    files: ['packages/gitlab-ci/src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [CI_PRODUCTS, otherAdapters('cli', 'github-action', 'kubernetes')] },
      ],
    },
  },
  {
    files: ['packages/kubernetes/src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [CI_PRODUCTS, otherAdapters('cli', 'github-action', 'gitlab-ci')] },
      ],
    },
  },
  {
    files: ['packages/github-action/src/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [otherAdapters('cli', 'gitlab-ci', 'kubernetes')] }] },
  },
  {
    files: ['**/*.test.ts'],
    plugins: { vitest },
    rules: { 'vitest/no-focused-tests': 'error', 'vitest/no-disabled-tests': 'error', 'vitest/expect-expect': 'off' },
  },
  { files: ['*.config.ts', '*.config.mjs'], rules: { 'no-restricted-exports': 'off' } },
);
