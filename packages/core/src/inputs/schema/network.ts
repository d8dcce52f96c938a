import type { InputDefinition } from '../definition.ts';

export const NETWORK_INPUTS = [
  {
    name: 'network',
    group: 'network',
    type: 'string',
    default: 'default',
    description:
      'The network that buildpacks have: `default`, `none`, or with a container engine `host` or the name of a network.',
  },
  {
    name: 'offline',
    group: 'network',
    type: 'boolean',
    default: 'false',
    description:
      'Reaches nothing but what the inputs name: the registries of `image`, `tags` and `cache-store`, the mirrors, the proxies, and `offline-hosts`. Everything else is refused before its name is looked up, with the name of the input that helps; the exit status is 112. Tools of buildpacks are told not to look for updates and the metadata of clouds, but only the network `none` keeps buildpacks from connecting. [air-gap.md](air-gap.md#offline) has the rules.',
  },
  {
    name: 'offline-hosts',
    group: 'network',
    type: 'list',
    description:
      'Further hosts that may be reached with `offline`, one name or address per line, without a port: the registry of a builder that has no mirror, a token service or a store of blobs on another host than its registry.',
    example: 'tokens.registry.example\nstorage.example',
  },
  {
    name: 'http-proxy',
    group: 'network',
    type: 'string',
    secret: true,
    description:
      'The proxy for `http:` addresses, `[scheme://][user:password@]host[:port]` with the scheme `http`, `https`, `socks5` or `socks5h`. Buildpacks get it without user and password. Where none is given here or in the environment, `http:` addresses are reached directly, whatever `https-proxy` says.',
    defaultNote: '`HTTP_PROXY` of the environment, else `http_proxy`',
    example: 'http://user:password@proxy.example:3128',
  },
  {
    name: 'https-proxy',
    group: 'network',
    type: 'string',
    secret: true,
    description:
      'The proxy for `https:` addresses, in the same form as `http-proxy`. Most registries are reached by it: an `http:` proxy carries TLS as well, in a tunnel.',
    defaultNote: '`HTTPS_PROXY` of the environment, else `https_proxy`',
    example: 'http://proxy.example:3128',
  },
  {
    name: 'no-proxy',
    group: 'network',
    type: 'string',
    description:
      'What is reached without a proxy, with commas between: a name with all names below it (`example.com`), only the names below it (`.example.com`), an address, a range (`10.0.0.0/8`), each but a range with a port if wanted, or `*` for everything. The rules are those of Go (`golang.org/x/net/http/httpproxy`), since the lifecycle and most buildpacks follow them. `localhost` and loopback addresses are always reached directly.',
    defaultNote: '`NO_PROXY` of the environment, else `no_proxy`',
    example: '.example.com,10.0.0.0/8,registry.local:5000',
  },
  {
    name: 'no-proxy-cluster',
    group: 'network',
    type: 'boolean',
    default: 'false',
    description:
      'Reaches the names of the Kubernetes cluster that this runs in without a proxy: `.svc`, `.cluster.local`, `kubernetes.default` and its API server.',
  },
  {
    name: 'build-http-proxy',
    group: 'network',
    type: 'string',
    secret: true,
    description:
      'The proxy that buildpacks use for `http:` addresses, where it is another than ours. A user and password are refused, since every buildpack could read them.',
    defaultNote:
      'as `http-proxy`, without user and password; a relay of ours takes its place where it wants a password or is on our loopback',
  },
  {
    name: 'build-https-proxy',
    group: 'network',
    type: 'string',
    secret: true,
    description:
      'The proxy that buildpacks use for `https:` addresses, where it is another than ours. A user and password are refused, since every buildpack could read them.',
    defaultNote:
      'as `https-proxy`, without user and password; a relay of ours takes its place where it wants a password or is on our loopback',
  },
  {
    name: 'ca-certificates',
    group: 'network',
    type: 'list',
    description:
      'Certificates of authorities to trust beside those of the machine: PEM files, directories with such files, or PEM text. They count for registries, for proxies, and for what buildpacks fetch. What can not be read is an error that names file and line.',
    example: 'certificates/corporate.pem\n/usr/local/share/ca-certificates',
  },
  {
    name: 'build-ca-variables',
    group: 'network',
    type: 'list',
    description:
      'The variables that lead the tools of buildpacks to `ca-certificates`, one name per line, or `none`. Buildpacks that read a `ca-certificates` binding get one in any case. `SSL_CERT_FILE` and `JAVA_TOOL_OPTIONS` can be named as well; then certificates may get into the image.',
    defaultNote:
      '`NODE_EXTRA_CA_CERTS`, `REQUESTS_CA_BUNDLE`, `PIP_CERT`, `CURL_CA_BUNDLE`, `GIT_SSL_CAINFO`, `CARGO_HTTP_CAINFO`',
    example: 'NODE_EXTRA_CA_CERTS\nGIT_SSL_CAINFO',
  },
  {
    name: 'embed-ca-certificates',
    group: 'network',
    type: 'boolean',
    default: 'false',
    description:
      'Puts `ca-certificates` into the image too, where the builder has the ca-certificates buildpack (`BP_EMBED_CERTS`).',
  },
  {
    name: 'client-certificates',
    group: 'network',
    type: 'list',
    description:
      'Certificates to show to registries that ask for one, `host[:port]=certificate.pem,key.pem` per line, the port as in the names of images. They win over the `certs.d` directories of Podman and Docker, which are read as well.',
    example: 'registry.example:5000=client.pem,client-key.pem',
  },
  {
    name: 'registry-mirrors',
    group: 'network',
    type: 'list',
    description:
      'Where images are pulled from in the place of their registry, `registry[/namespace]=mirror[/namespace]` per line. Several lines for one registry are tried in their order, and then the registry itself. Nothing is pushed to a mirror, and names in the image stay as they are.',
    example: 'docker.io=mirror.example/hub\n*.example.com=mirror.example',
  },
  {
    name: 'registries-conf',
    group: 'network',
    type: 'list',
    description:
      'Files with rules for mirrors, one path per line: registries.conf of Podman (version 2) and its drop-ins, OpenShift IDMS and ITMS in YAML, or a `hosts.toml` of containerd in a directory that is named after its registry, or the directory above such ones. Lines of `registry-mirrors` win over them.',
    example: '/etc/containers/registries.conf',
  },
  {
    name: 'registry-prefix',
    group: 'network',
    type: 'string',
    description:
      'Where a closed network has its copies of images, with the slash: each image that is only read is looked for under this and its full name first, `registry.example/mirror/docker.io/paketobuildpacks/builder-jammy-base`. Where a node or a runner pulls images by themselves, it puts this before their names too, as they are written, so that the builder needs its full name then. Nothing is pushed there, and names in the image stay as they are.',
    example: 'registry.example/mirror/',
  },
  {
    name: 'registry-auth',
    group: 'network',
    type: 'list',
    secret: true,
    description:
      'Credentials for registries, which win over all others; a helper named in them that fails is an error. Either lines `host[/path]=user:password`; or the JSON of a Docker `config.json` or Podman `auth.json`, helpers included; or the JSON of `CNB_REGISTRY_AUTH`, `{\"host\": \"Basic …\"}`, also `Bearer …`; or the path of a file with such JSON. In a line the user ends at the first colon, and all that follows is the password, whatever characters it has, except for blanks at the end; one with line breaks needs JSON. The longest path that fits an image counts. Text that begins with `/`, `./` or `../` or has no equals sign is a path. What can not be read is an error, which does not quote it.',
    example: 'registry.example=ci:password\nregistry.example/team=team:password',
    defaultNote: '`DOCKER_AUTH_CONFIG`, then the files of Podman and Docker',
  },
  {
    name: 'insecure-registries',
    group: 'network',
    type: 'list',
    description:
      'Registries, `host[:port]` per line, that may be spoken to in plain http or with a certificate that can not be verified. Only the exact host and port count, and each use is printed. Loopback registries may always speak plain http.',
    example: 'registry.local:5000',
  },
] as const satisfies readonly InputDefinition[];
