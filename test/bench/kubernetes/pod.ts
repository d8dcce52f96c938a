/** A Pod as the API server holds it, as far as this bench knows its fields (Kubernetes' `core/v1`). */
export interface Pod {
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface PodSpec {
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly securityContext?: PodSecurityContext;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly Variable[];
  readonly envFrom?: readonly VariableSource[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly securityContext?: SecurityContext;
  readonly terminationMessagePath?: string;
}

export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: KeyReference;
    readonly configMapKeyRef?: KeyReference;
    readonly fieldRef?: FieldReference;
  };
}

interface KeyReference {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

export interface FieldReference {
  readonly fieldPath: string;
}

export interface VariableSource {
  readonly prefix?: string;
  readonly secretRef?: ObjectReference;
  readonly configMapRef?: ObjectReference;
}

interface ObjectReference {
  readonly name: string;
  readonly optional?: boolean;
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
  readonly subPathExpr?: string;
}

interface Security {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly seccompProfile?: { readonly type: string };
}

export interface SecurityContext extends Security {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
}

export interface PodSecurityContext extends Security {
  readonly fsGroup?: number;
  readonly supplementalGroups?: readonly number[];
}

/** Where a volume's files come from; one of the fields is there. */
export interface Volume {
  readonly name: string;
  readonly emptyDir?: object;
  readonly persistentVolumeClaim?: { readonly claimName: string; readonly readOnly?: boolean };
  readonly secret?: KeyedSource & { readonly secretName: string; readonly defaultMode?: number };
  readonly configMap?: KeyedSource & { readonly name: string; readonly defaultMode?: number };
  readonly downwardAPI?: { readonly items?: readonly FieldItem[] };
  readonly projected?: { readonly sources: readonly Projection[]; readonly defaultMode?: number };
}

/** One source of a projected volume. */
export interface Projection {
  readonly secret?: KeyedSource & { readonly name: string };
  readonly configMap?: KeyedSource & { readonly name: string };
  readonly downwardAPI?: { readonly items?: readonly FieldItem[] };
  readonly serviceAccountToken?: { readonly path: string };
  readonly clusterTrustBundle?: { readonly name?: string; readonly path: string };
}

/** Without items: every key as a file of that name. */
export interface KeyedSource {
  readonly items?: readonly { readonly key: string; readonly path: string; readonly mode?: number }[];
  readonly optional?: boolean;
}

export interface FieldItem {
  readonly path: string;
  readonly fieldRef: FieldReference;
}

const FIELD = /^metadata\.(?:(name|namespace)|(labels|annotations)\['(.+)'\])$/;

/**
 * The value of a field that the Pod's own containers may ask for.
 *
 * @throws Error for a field that this bench does not know
 */
export function fieldOf({ metadata }: Pod, { fieldPath }: FieldReference): string {
  const [, own, map, key = ''] = FIELD.exec(fieldPath) ?? [];
  if (own === 'name' || own === 'namespace') return metadata[own];
  if (map === 'labels' || map === 'annotations') return metadata[map]?.[key] ?? '';
  throw new Error(`the bench does not know the field ${fieldPath}`);
}
