package main

import (
	"context"

	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/pod"
	"go.uber.org/zap"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/fake"
)

// statusQuestion holds what render answered, the Pod now with the statuses of its containers.
type statusQuestion struct {
	Features map[string]string `json:"features"`
	Run      v1.TaskRun        `json:"run"`
	Pod      corev1.Pod        `json:"pod"`
}

func status(question statusQuestion) (v1.TaskRunStatus, error) {
	ctx, err := withFeatures(question.Features)
	if err != nil {
		return v1.TaskRunStatus{}, err
	}
	return statusOf(ctx, question.Run, &question.Pod)
}

func statusOf(ctx context.Context, run v1.TaskRun, ended *corev1.Pod) (v1.TaskRunStatus, error) {
	logger := zap.NewNop().Sugar()
	return pod.MakeTaskRunStatus(ctx, logger, run, ended, fake.NewSimpleClientset(ended), run.Status.TaskSpec)
}
