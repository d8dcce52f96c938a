import type { Option } from './option.ts';

// The options of stages that run in containers of one Pod.

export const HAND_OVER_OPTION: Option = {
  name: 'hand-over',
  kind: 'text',
  placeholder: 'DIR',
  description:
    'The folder that prepare leaves for a container of the builder and for publish, in place of a build directory.',
};

export const BUILT_OPTION: Option = {
  name: 'built',
  kind: 'text',
  placeholder: 'DIR',
  description: 'The folder that the container of the builder has left.',
};

export const PLAN_DIGEST_OPTION: Option = {
  name: 'plan-digest',
  kind: 'text',
  placeholder: 'DIGEST|FILE',
  description:
    'The digest that prepare has told of its plan, or the file with it, where the container between could not write.',
};

export const CACHE_DIRECTORY_OPTION: Option = {
  name: 'cache-directory',
  kind: 'text',
  placeholder: 'DIR',
  description: 'A volume for the layer cache, which is asked before what cache-store names.',
};

export const BINDINGS_DIRECTORY_OPTION: Option = {
  name: 'bindings-directory',
  kind: 'text',
  placeholder: 'DIR',
  description: 'A volume with bindings: each directory in it is one.',
};

export const PROXY_DIRECTORY_OPTION: Option = {
  name: 'proxy-directory',
  kind: 'text',
  placeholder: 'DIR',
  description:
    'A volume with files http-proxy, https-proxy and no-proxy, each in the place of the input if that is not given.',
};

export const SAME_USER_OPTION: Option = {
  name: 'same-user',
  kind: 'flag',
  placeholder: 'cluster|fixed',
  description:
    'Alone or as cluster: the container of the builder has the same user as this one, whom the cluster has chosen.',
};

export const LISTS_OPTION: Option = {
  name: 'lists',
  kind: 'text',
  placeholder: 'NAME,NAME',
  description: 'Lists whose items follow the options, each list after a --, in this order.',
};

export const RESULT_OPTION: Option = {
  name: 'result',
  kind: 'list',
  placeholder: 'NAME=FILE',
  description: 'Writes a result to a file, without a line end.',
};
