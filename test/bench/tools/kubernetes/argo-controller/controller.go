package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	argofake "github.com/argoproj/argo-workflows/v3/pkg/client/clientset/versioned/fake"
	"github.com/argoproj/argo-workflows/v3/workflow/controller"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/testing"
)

const (
	// namespace is where everything is.
	namespace     = "default"
	configMapName = "workflow-controller-configmap"
	// executorImage is what Argo's own containers run, which this bench does not.
	executorImage = "argo.test/argoexec:latest"
	patience      = 60 * time.Second
)

// cluster is what the controller finds, and where it leaves what it makes.
type cluster struct {
	objects    []runtime.Object
	kubernetes *fake.Clientset
	argo       *argofake.Clientset
}

func newCluster(objects []runtime.Object, settings map[string]string) cluster {
	configMap := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: configMapName, Namespace: namespace}, Data: settings}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: namespace}}
	kubernetes := fake.NewSimpleClientset(configMap, account)
	kubernetes.PrependReactor("create", "selfsubjectaccessreviews", allow)
	return cluster{objects, kubernetes, argofake.NewSimpleClientset(objects...)}
}

// firstPod lets the controller work until it has made a Pod, or until the Workflow has ended without one.
func (held cluster) firstPod(ctx context.Context) (*corev1.Pod, error) {
	server := serve(held.objects)
	defer server.Close()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pods := make(chan *corev1.Pod, 1)
	held.kubernetes.PrependReactor("create", "pods", func(action testing.Action) (bool, runtime.Object, error) {
		offer(pods, action.(testing.CreateAction).GetObject().(*corev1.Pod).DeepCopy())
		return false, nil, nil
	})
	ends := make(chan error, 1)
	held.argo.PrependReactor("update", "workflows", func(action testing.Action) (bool, runtime.Object, error) {
		if status := action.(testing.UpdateAction).GetObject().(*wfv1.Workflow).Status; status.Phase.Completed() {
			offer(ends, messageOf(status))
		}
		return false, nil, nil
	})
	made, err := controller.NewWorkflowController(ctx, &rest.Config{Host: server.URL}, held.kubernetes, held.argo,
		namespace, namespace, executorImage, "IfNotPresent", "text", configMapName, false)
	if err != nil {
		return nil, err
	}
	go made.Run(ctx, 1, 1, 1, 1, 1)
	select {
	case pod := <-pods:
		return pod, nil
	case err := <-ends:
		return nil, err
	case <-ctx.Done():
		return nil, fmt.Errorf("the controller has made no Pod in %v", patience)
	}
}

// offer leaves the first of several.
func offer[Value any](channel chan Value, value Value) {
	select {
	case channel <- value:
	default:
	}
}

func messageOf(status wfv1.WorkflowStatus) error {
	messages := []error{errors.New(status.Message)}
	for _, node := range status.Nodes {
		if node.Message != "" {
			messages = append(messages, fmt.Errorf("%s: %s", node.DisplayName, node.Message))
		}
	}
	return errors.Join(messages...)
}

func allow(action testing.Action) (bool, runtime.Object, error) {
	review := action.(testing.CreateAction).GetObject().(*authorizationv1.SelfSubjectAccessReview).DeepCopy()
	review.Status.Allowed = true
	return true, review, nil
}
