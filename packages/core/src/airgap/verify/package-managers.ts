/** How a package manager is recognised, and whom it asks. */
export interface PackageManager {
  readonly name: string;
  /** Names of files in the app's folder. */
  readonly files: RegExp;
  /** Whom it asks when nothing says otherwise; hosts. */
  readonly registries: readonly string[];
  /** With one of these in the app it asks nobody. */
  readonly vendored: readonly string[];
  /** Variables with the addresses of registries that take the place of its own; in any letter case. */
  readonly variables: readonly string[];
  /** The same in files, as the first group: in the app, or in a binding of one of the types. */
  readonly settings?: {
    readonly files: readonly string[];
    readonly bindings: readonly string[];
    readonly address: RegExp;
  };
  /** Addresses in the file itself that are asked in any case, as the first group. */
  readonly addresses?: RegExp;
}

const NPM = {
  registries: ['registry.npmjs.org'],
  vendored: ['node_modules', 'npm-packages-offline-cache'],
  variables: ['npm_config_registry'],
  settings: { files: ['.npmrc'], bindings: ['npmrc'], address: /^[ \t]*(?:@[^\s:=]+:)?registry[ \t]*=[ \t]*(\S+)/gm },
} as const;

const PYPI = {
  registries: ['pypi.org', 'files.pythonhosted.org'],
  vendored: [] as readonly string[],
  variables: ['pip_index_url'],
  settings: { files: ['pip.conf'], bindings: ['pip'], address: /^[ \t]*(?:extra-)?index-url[ \t]*=[ \t]*(\S+)/gm },
} as const;

/** The managers that the buildpacks in use have (Paketo, Heroku, Google), by the files that make them take part. */
export const PACKAGE_MANAGERS: readonly PackageManager[] = [
  {
    ...NPM,
    name: 'npm',
    files: /^(?:package-lock|npm-shrinkwrap)\.json$/,
    addresses: /"resolved":\s*"(https?:[^"]+)"/g,
  },
  { ...NPM, name: 'pnpm', files: /^pnpm-lock\.yaml$/ },
  {
    ...NPM,
    name: 'Yarn',
    files: /^yarn\.lock$/,
    vendored: [...NPM.vendored, '.yarn/cache'],
    variables: ['npm_config_registry', 'yarn_registry', 'yarn_npm_registry_server'],
    settings: {
      files: ['.npmrc', '.yarnrc', '.yarnrc.yml'],
      bindings: ['npmrc', 'yarnrc'],
      address: /^[ \t]*(?:registry[ \t]*=|registry|npmRegistryServer:)[ \t]*["']?(https?:[^\s"']+)/gm,
    },
    addresses: /^[ \t]+resolved "(https?:[^"]+)"/gm,
  },
  {
    name: 'Maven',
    files: /^pom\.xml$/,
    registries: ['repo.maven.apache.org'],
    vendored: [],
    variables: [],
    settings: {
      files: ['.mvn/settings.xml', 'settings.xml'],
      bindings: ['maven'],
      address: /<mirror>(?:(?!<mirror>)[^])*?<url>\s*([^<\s]+)/g,
    },
    addresses: /<(?:pluginR|r)epository>(?:(?!<(?:pluginR|r)epository>)[^])*?<url>\s*(https?:[^<\s]+)/g,
  },
  {
    name: 'Gradle',
    files: /^(?:build|settings)\.gradle(?:\.kts)?$/,
    registries: ['repo.maven.apache.org', 'plugins.gradle.org'],
    vendored: [],
    variables: [],
    settings: { files: [], bindings: ['gradle'], address: /(https?:\/\/[^\s"'<]+)/g },
    addresses: /\burl(?:\s*=)?\s*(?:uri\()?["'](https?:[^"']+)/g,
  },
  {
    ...PYPI,
    name: 'pip',
    files: /^requirements\.txt$/,
    vendored: ['vendor'],
    addresses: /^[ \t]*(?:--extra-index-url|--find-links)[ \t=]+(https?:\S+)/gm,
    settings: {
      ...PYPI.settings,
      files: ['pip.conf', 'requirements.txt'],
      address: /^[ \t]*(?:-i|(?:--)?index-url)[ \t=]+(https?:\S+)/gm,
    },
  },
  { ...PYPI, name: 'Pipenv', files: /^Pipfile\.lock$/, addresses: /"url":\s*"(https?:[^"]+)"/g },
  { ...PYPI, name: 'Poetry', files: /^poetry\.lock$/, addresses: /^url[ \t]*=[ \t]*"(https?:[^"]+)"/gm },
  {
    ...PYPI,
    name: 'uv',
    files: /^uv\.lock$/,
    variables: ['uv_index_url', 'uv_default_index'],
    addresses: /registry = "(https?:[^"]+)"/g,
  },
  {
    name: 'Go',
    files: /^go\.mod$/,
    registries: ['proxy.golang.org', 'sum.golang.org'],
    vendored: ['vendor/modules.txt'],
    variables: ['goproxy'],
  },
  {
    name: 'Bundler',
    files: /^Gemfile\.lock$/,
    registries: ['rubygems.org'],
    vendored: ['vendor/cache'],
    variables: ['bundle_mirror__https://rubygems__org/'],
    addresses: /^[ \t]*remote:[ \t]*(https?:\S+)/gm,
  },
  {
    name: 'Composer',
    files: /^composer\.lock$/,
    registries: ['repo.packagist.org'],
    vendored: ['vendor'],
    variables: [],
    addresses: /"url":\s*"(https?:[^"]+)"/g,
  },
  {
    name: 'NuGet',
    files: /^[^/]+\.(?:cs|fs|vb)proj$/,
    registries: ['api.nuget.org'],
    vendored: [],
    variables: [],
    settings: {
      files: ['nuget.config', 'NuGet.Config'],
      bindings: ['nugetconfig'],
      address: /<add\b[^<>]*\bvalue="(https?:[^"]+)"/g,
    },
  },
  {
    name: 'Cargo',
    files: /^Cargo\.lock$/,
    registries: ['index.crates.io', 'static.crates.io'],
    vendored: ['vendor'],
    variables: [],
    settings: {
      files: ['.cargo/config.toml'],
      bindings: [],
      address: /^[ \t]*registry[ \t]*=[ \t]*"(?:sparse\+)?(https?:[^"]+)"/gm,
    },
  },
];
