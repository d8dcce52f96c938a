// Program argo-controller has Argo's own controller make the Pod of a Workflow, and tells whether a cluster would take it: a question on
// standard input, the answer on standard output, both in JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"buildpacks-ci.test/bench/kubernetes/admission"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	"github.com/sirupsen/logrus"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// question holds what is in the cluster, one Workflow among it, which makes one Pod.
type question struct {
	// Objects are YAML texts.
	Objects []string `json:"objects"`
	// Settings are those of the controller, as its ConfigMap has them.
	Settings map[string]string `json:"settings"`
	admission.Rules
}

type answer struct {
	// Problems are why the controller makes no Pod.
	Problems []string `json:"problems"`
	// Refusals are why the API server does not take it.
	Refusals []string    `json:"refusals"`
	Pod      *corev1.Pod `json:"pod,omitempty"`
}

func main() {
	logrus.SetOutput(io.Discard)
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	// Its lists would wait for events that only a real API server sends.
	if err := os.Setenv("KUBE_FEATURE_WatchListClient", "false"); err != nil {
		return err
	}
	var asked question
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return fmt.Errorf("the question: %w", err)
	}
	reply, err := render(context.Background(), asked)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(reply)
}

func render(ctx context.Context, asked question) (answer, error) {
	objects, problems := parse(asked.Objects)
	if len(problems) > 0 {
		return answer{Problems: problems, Refusals: []string{}}, nil
	}
	made := newCluster(objects, asked.Settings)
	pod, err := made.firstPod(ctx)
	if err != nil {
		return answer{Problems: []string{err.Error()}, Refusals: []string{}}, nil
	}
	refusals, err := asked.Admit(ctx, made.kubernetes, pod)
	return answer{Problems: []string{}, Refusals: refusals, Pod: pod}, err
}

// parse gives the objects names and places, as the API server would.
func parse(texts []string) ([]runtime.Object, []string) {
	var objects []runtime.Object
	var problems []string
	for _, text := range texts {
		for _, parsed := range common.ParseObjects([]byte(text), true) {
			switch object := parsed.Object.(type) {
			case *wfv1.Workflow:
				object.Namespace, object.Name, object.UID = namespace, "run", "00000000-0000-0000-0000-000000000001"
				objects = append(objects, object)
			case *wfv1.WorkflowTemplate:
				object.Namespace = namespace
				objects = append(objects, object)
			case *wfv1.ClusterWorkflowTemplate:
				objects = append(objects, object)
			default:
				problems = append(problems, fmt.Sprintf("not an object of this bench: %v", parsed.Err))
			}
		}
	}
	return objects, problems
}
