// Program argo holds Argo's objects to Argo's own rules: YAML texts in a JSON array on standard input, what is wrong with them in one
// on standard output.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	"github.com/argoproj/argo-workflows/v3/workflow/validate"
	"github.com/sirupsen/logrus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func main() {
	logrus.SetOutput(io.Discard)
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(problems(texts)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// problems reads all texts first, since objects may refer to templates of other ones.
func problems(texts []string) []string {
	found := []string{}
	var objects []metav1.Object
	for _, text := range texts {
		parsed := common.ParseObjects([]byte(text), true)
		if len(parsed) == 0 {
			found = append(found, "a text without an object")
		}
		for _, result := range parsed {
			if result.Err != nil {
				found = append(found, result.Err.Error())
			} else {
				objects = append(objects, result.Object)
			}
		}
	}
	held := templatesOf(objects)
	for _, object := range objects {
		if err := judge(object, held); err != nil {
			found = append(found, fmt.Sprintf("%s: %v", object.GetName(), err))
		}
	}
	return found
}

// judge is what Argo's controller says to the object; a Workflow as it would be submitted, with values for all its parameters.
func judge(object metav1.Object, held templates) error {
	inNamespace, inCluster := held.namespaced, held.clusterWide
	options := validate.ValidateOpts{}
	switch object := object.(type) {
	case *wfv1.Workflow:
		options.Submit = true
		return validate.ValidateWorkflow(inNamespace, inCluster, object, nil, options)
	case *wfv1.WorkflowTemplate:
		return validate.ValidateWorkflowTemplate(inNamespace, inCluster, object, nil, options)
	case *wfv1.ClusterWorkflowTemplate:
		return validate.ValidateClusterWorkflowTemplate(inNamespace, inCluster, object, nil, options)
	case *wfv1.CronWorkflow:
		return validate.ValidateCronWorkflow(context.Background(), inNamespace, inCluster, object, nil)
	default:
		return fmt.Errorf("not a kind of this bench: %T", object)
	}
}

// templates are those that other objects may refer to.
type templates struct {
	namespaced  named[*wfv1.WorkflowTemplate]
	clusterWide named[*wfv1.ClusterWorkflowTemplate]
}

// named are objects of one kind by their names.
type named[Object any] map[string]Object

// Get is how Argo looks one up.
func (objects named[Object]) Get(name string) (Object, error) {
	object, found := objects[name]
	if !found {
		return object, fmt.Errorf("%q is not in these files", name)
	}
	return object, nil
}

func templatesOf(objects []metav1.Object) templates {
	held := templates{named[*wfv1.WorkflowTemplate]{}, named[*wfv1.ClusterWorkflowTemplate]{}}
	for _, object := range objects {
		switch object := object.(type) {
		case *wfv1.WorkflowTemplate:
			held.namespaced[object.Name] = object
		case *wfv1.ClusterWorkflowTemplate:
			held.clusterWide[object.Name] = object
		}
	}
	return held
}
