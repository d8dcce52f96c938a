package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tektoncd/pipeline/pkg/apis/config"
	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline/v1beta1"
	batchv1 "k8s.io/api/batch/v1"
	certificatesv1beta1 "k8s.io/api/certificates/v1beta1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"knative.dev/pkg/apis"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// namespace is where everything is that does not say so itself.
const namespace = "default"

// cluster is what the API server would hold.
type cluster struct {
	runs       []*v1.TaskRun
	tekton     []runtime.Object
	kubernetes []runtime.Object
}

// admitted is what Tekton's webhook looks at.
type admitted interface {
	runtime.Object
	apis.Defaultable
	apis.Validatable
}

// kinds makes an empty object of each kind that is understood, by API version and kind.
var kinds = map[string]func() runtime.Object{
	"tekton.dev/v1 Task":            func() runtime.Object { return &v1.Task{} },
	"tekton.dev/v1 TaskRun":         func() runtime.Object { return &v1.TaskRun{} },
	"tekton.dev/v1 Pipeline":        func() runtime.Object { return &v1.Pipeline{} },
	"tekton.dev/v1 PipelineRun":     func() runtime.Object { return &v1.PipelineRun{} },
	"tekton.dev/v1beta1 StepAction": func() runtime.Object { return &v1beta1.StepAction{} },
	"v1 Secret":                     func() runtime.Object { return &corev1.Secret{} },
	"v1 ConfigMap":                  func() runtime.Object { return &corev1.ConfigMap{} },
	"v1 ServiceAccount":             func() runtime.Object { return &corev1.ServiceAccount{} },
	"v1 PersistentVolumeClaim":      func() runtime.Object { return &corev1.PersistentVolumeClaim{} },
	"batch/v1 CronJob":              func() runtime.Object { return &batchv1.CronJob{} },
	"rbac.authorization.k8s.io/v1 Role": func() runtime.Object {
		return &rbacv1.Role{}
	},
	"rbac.authorization.k8s.io/v1 RoleBinding": func() runtime.Object {
		return &rbacv1.RoleBinding{}
	},
	"certificates.k8s.io/v1beta1 ClusterTrustBundle": func() runtime.Object {
		return &certificatesv1beta1.ClusterTrustBundle{}
	},
}

// withFeatures is the configuration of a cluster with Tekton's defaults but for these feature flags.
func withFeatures(features map[string]string) (context.Context, error) {
	flags, err := config.NewFeatureFlagsFromMap(features)
	if err != nil {
		return nil, fmt.Errorf("feature flags: %w", err)
	}
	defaults, err := config.NewDefaultsFromMap(map[string]string{})
	if err != nil {
		return nil, err
	}
	return config.ToContext(context.Background(), &config.Config{FeatureFlags: flags, Defaults: defaults}), nil
}

// load reads YAML texts of one or more objects each, and gives what the API server and Tekton's webhook would say to them.
func load(ctx context.Context, texts []string) (held cluster, problems []string) {
	problems = []string{}
	for _, text := range texts {
		reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
		for {
			document, err := reader.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				problems = append(problems, err.Error())
				break
			}
			if err := held.add(ctx, document); err != nil {
				problems = append(problems, err.Error())
			}
		}
	}
	return held, problems
}

func (held *cluster) add(ctx context.Context, document []byte) error {
	var kind metav1.TypeMeta
	if err := yaml.Unmarshal(document, &kind); err != nil {
		return err
	}
	if kind == (metav1.TypeMeta{}) {
		return nil // only comments
	}
	empty, known := kinds[kind.APIVersion+" "+kind.Kind]
	if !known {
		return fmt.Errorf("%s %s: not a kind of this bench", kind.APIVersion, kind.Kind)
	}
	object := empty()
	if err := decode(document, object); err != nil {
		return fmt.Errorf("%s: %w", kind.Kind, err)
	}
	accessor, err := meta.Accessor(object)
	if err != nil {
		return err
	}
	if accessor.GetNamespace() == "" && kind.Kind != "ClusterTrustBundle" {
		accessor.SetNamespace(namespace)
	}
	if accessor.GetName() == "" && accessor.GetGenerateName() != "" {
		accessor.SetName(accessor.GetGenerateName() + "bench")
	}
	held.keep(object)
	if judged, ok := object.(admitted); ok {
		judged.SetDefaults(apis.WithinCreate(ctx))
		if problem := judged.Validate(apis.WithinCreate(ctx)); problem != nil {
			return fmt.Errorf("%s/%s: %w", kind.Kind, accessor.GetName(), problem)
		}
	}
	return nil
}

// decode reads an object as the API server does when it is told to be strict.
func decode(document []byte, object runtime.Object) error {
	text, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		return err
	}
	unknown, err := json.UnmarshalStrict(text, object)
	return errors.Join(append(unknown, err)...)
}

func (held *cluster) keep(object runtime.Object) {
	switch object := object.(type) {
	case *v1.TaskRun:
		held.runs = append(held.runs, object)
	case *corev1.Secret:
		if object.Data == nil {
			object.Data = map[string][]byte{}
		}
		for key, value := range object.StringData {
			object.Data[key] = []byte(value)
		}
		held.kubernetes = append(held.kubernetes, object)
	case *corev1.ConfigMap, *corev1.ServiceAccount, *corev1.PersistentVolumeClaim, *certificatesv1beta1.ClusterTrustBundle:
		held.kubernetes = append(held.kubernetes, object)
	default:
		held.tekton = append(held.tekton, object)
	}
}

// validateQuestion holds YAML texts, and what differs from Tekton's own feature flags.
type validateQuestion struct {
	Objects  []string          `json:"objects"`
	Features map[string]string `json:"features"`
}

func validate(question validateQuestion) ([]string, error) {
	ctx, err := withFeatures(question.Features)
	if err != nil {
		return nil, err
	}
	_, problems := load(ctx, question.Objects)
	return problems, nil
}
