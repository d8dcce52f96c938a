package main

import (
	"context"
	"errors"

	"buildpacks-ci.test/bench/kubernetes/admission"
	"github.com/tektoncd/pipeline/pkg/apis/config"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline"
	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	tektonfake "github.com/tektoncd/pipeline/pkg/client/clientset/versioned/fake"
	"github.com/tektoncd/pipeline/pkg/pod"
	"github.com/tektoncd/pipeline/pkg/reconciler/taskrun"
	"github.com/tektoncd/pipeline/pkg/reconciler/taskrun/resources"
	"github.com/tektoncd/pipeline/pkg/workspace"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
)

// renderQuestion holds the objects of a cluster, one of them a TaskRun.
type renderQuestion struct {
	Objects  []string          `json:"objects"`
	Features map[string]string `json:"features"`
	Images   struct {
		Entrypoint     string `json:"entrypoint"`
		WorkingDirInit string `json:"workingDirInit"`
		Shell          string `json:"shell"`
	} `json:"images"`
	admission.Rules
}

type renderAnswer struct {
	// Problems are what the webhook or the controller has to say; then there is no Pod.
	Problems []string `json:"problems"`
	// Refusals are why the API server does not take the Pod.
	Refusals []string    `json:"refusals"`
	Pod      *corev1.Pod `json:"pod,omitempty"`
	// Run is the TaskRun as it stands in the cluster then.
	Run *v1.TaskRun `json:"run,omitempty"`
}

func render(question renderQuestion) (renderAnswer, error) {
	ctx, err := withFeatures(question.Features)
	if err != nil {
		return renderAnswer{}, err
	}
	held, problems := load(ctx, question.Objects)
	if len(problems) > 0 {
		return renderAnswer{Problems: problems, Refusals: []string{}}, nil
	}
	if len(held.runs) != 1 {
		return renderAnswer{}, errors.New("render wants one TaskRun")
	}
	run := held.runs[0]
	client := fake.NewSimpleClientset(held.kubernetes...)
	builder := pod.Builder{KubeClient: client, Images: pipeline.Images{
		EntrypointImage:     question.Images.Entrypoint,
		WorkingDirInitImage: question.Images.WorkingDirInit,
		ShellImage:          question.Images.Shell,
	}}
	made, err := makePod(ctx, held, run, builder)
	if err != nil {
		return renderAnswer{Problems: []string{err.Error()}, Refusals: []string{}}, nil
	}
	refusals, err := question.Admit(ctx, client, made)
	if err != nil {
		return renderAnswer{}, err
	}
	return renderAnswer{Problems: []string{}, Refusals: refusals, Pod: made, Run: run}, nil
}

// makePod does what Tekton's controller does with a TaskRun that it has not seen before.
func makePod(ctx context.Context, held cluster, run *v1.TaskRun, builder pod.Builder) (*corev1.Pod, error) {
	name, spec, err := resolve(ctx, held, run, builder.KubeClient)
	if err != nil {
		return nil, err
	}
	run.Status.TaskSpec = spec
	resources.ApplyParametersToWorkspaceBindings(spec, run)
	volumes := workspace.CreateVolumes(run.Spec.Workspaces)
	spec = substitute(ctx, name, spec.DeepCopy(), run, volumes)
	if problem := v1.ValidateUsageOfDeclaredParameters(ctx, spec.Steps, spec.Params); problem != nil {
		return nil, problem
	}
	if problem := spec.Validate(ctx); problem != nil {
		return nil, problem
	}
	if spec, err = workspace.Apply(ctx, *spec, run.Spec.Workspaces, volumes); err != nil {
		return nil, err
	}
	spec = resources.ApplyCredentialsPath(spec, pipeline.CredsDir)
	run = run.DeepCopy()
	if run.Spec.PodTemplate != nil {
		run.Spec.PodTemplate = resources.ApplyPodTemplateReplacements(run.Spec.PodTemplate, run, spec.Params...)
	}
	if builder.EntrypointCache, err = pod.NewEntrypointCache(builder.KubeClient); err != nil {
		return nil, err
	}
	return builder.Build(ctx, run, *spec)
}

// resolve finds the Task and its StepActions, and holds the TaskRun's params and workspaces to what the Task declares.
func resolve(
	ctx context.Context, held cluster, run *v1.TaskRun, client kubernetes.Interface,
) (string, *v1.TaskSpec, error) {
	tekton := tektonfake.NewSimpleClientset(held.tekton...)
	task, spec, err := resources.GetTaskData(
		ctx, run, resources.GetTaskFuncFromTaskRun(ctx, client, tekton, nil, run, nil))
	if err != nil {
		return "", nil, err
	}
	if spec.Steps, err = resources.GetStepActionsData(ctx, *spec, run, tekton, client, nil); err != nil {
		return "", nil, err
	}
	resolved := &resources.ResolvedTask{TaskName: task.Name, TaskSpec: spec, Kind: resources.GetTaskKind(run)}
	var onlyOneClaim error
	if config.FromContextOrDefaults(ctx).FeatureFlags.Coschedule == config.CoscheduleWorkspaces {
		onlyOneClaim = workspace.ValidateOnlyOnePVCIsUsed(run.Spec.Workspaces)
	}
	return task.Name, spec, errors.Join(
		taskrun.ValidateResolvedTask(ctx, run.Spec.Params, &v1.Matrix{}, resolved),
		taskrun.ValidateEnumParam(ctx, run.Spec.Params, spec.Params),
		resources.ValidateParamArrayIndex(spec, run.Spec.Params),
		workspace.ValidateBindings(ctx, spec.Workspaces, run.Spec.Workspaces),
		onlyOneClaim,
	)
}

func substitute(
	ctx context.Context, name string, spec *v1.TaskSpec, run *v1.TaskRun, volumes map[string]corev1.Volume,
) *v1.TaskSpec {
	spec = resources.ApplyParameters(spec, run, spec.Params...)
	spec = resources.ApplyContexts(spec, name, run)
	spec = resources.ApplyResults(spec)
	spec = resources.ApplyArtifacts(spec)
	spec = resources.ApplyStepExitCodePath(spec)
	return resources.ApplyWorkspaces(ctx, spec, spec.Workspaces, run.Spec.Workspaces, volumes)
}
