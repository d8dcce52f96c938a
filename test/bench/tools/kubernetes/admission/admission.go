// Package admission does with Pods what an API server does that is asked to take them.
package admission

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

const (
	tokenVolume = "kube-api-access"
	tokenMount  = "/var/run/secrets/kubernetes.io/serviceaccount"
)

// Rules are those of a namespace.
type Rules struct {
	// Policy is the level of Pod Security that the namespace enforces.
	Policy string `json:"policy"`
	// User is the one that the namespace's containers have to run as, as OpenShift rules it; 0 for none.
	User int64 `json:"user"`
}

// Admit changes the Pod as the API server does when it takes it, and gives the reasons why it does not.
func (rules Rules) Admit(
	ctx context.Context, client kubernetes.Interface, pod *corev1.Pod,
) ([]string, error) {
	if err := mountToken(ctx, client, pod); err != nil {
		return nil, err
	}
	refusals := rules.assignUser(pod)
	level, err := api.ParseLevel(rules.Policy)
	if err != nil {
		return nil, err
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return nil, err
	}
	enforced := api.LevelVersion{Level: level, Version: api.LatestVersion()}
	for _, result := range evaluator.EvaluatePod(enforced, &pod.ObjectMeta, &pod.Spec) {
		if !result.Allowed {
			refusals = append(refusals, fmt.Sprintf("%s: %s", result.ForbiddenReason, result.ForbiddenDetail))
		}
	}
	return refusals, nil
}

// mountToken gives each container the ServiceAccount's token, unless the Pod or the account says not to, or something else is mounted there.
func mountToken(ctx context.Context, client kubernetes.Interface, pod *corev1.Pod) error {
	name := pod.Spec.ServiceAccountName
	if name == "" {
		name = "default"
	}
	account, err := client.CoreV1().ServiceAccounts(pod.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	for _, choice := range []*bool{pod.Spec.AutomountServiceAccountToken, account.AutomountServiceAccountToken} {
		if choice != nil && !*choice {
			return nil
		}
		if choice != nil {
			break
		}
	}
	token := corev1.VolumeProjection{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token"}}
	pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: tokenVolume, VolumeSource: corev1.VolumeSource{
		Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{token}},
	}})
	eachContainer(pod, func(container *corev1.Container) {
		for _, own := range container.VolumeMounts {
			if own.MountPath == tokenMount {
				return
			}
		}
		mount := corev1.VolumeMount{Name: tokenVolume, MountPath: tokenMount, ReadOnly: true}
		container.VolumeMounts = append(container.VolumeMounts, mount)
	})
	return nil
}

// assignUser does what OpenShift's `restricted-v2` does: one user for all containers, who may ask for no other, and its group for volumes.
func (rules Rules) assignUser(pod *corev1.Pod) []string {
	refusals := []string{}
	if rules.User == 0 {
		return refusals
	}
	if pod.Spec.SecurityContext == nil {
		pod.Spec.SecurityContext = &corev1.PodSecurityContext{}
	}
	shared := pod.Spec.SecurityContext
	if shared.FSGroup == nil {
		shared.FSGroup = &rules.User
	}
	refuse := func(place string, what string, id *int64) {
		if id != nil && *id != rules.User {
			refusals = append(refusals, fmt.Sprintf("%s: %s: %d is not in the namespace's range", place, what, *id))
		}
	}
	refuse("pod", "fsGroup", shared.FSGroup)
	refuse("pod", "runAsUser", shared.RunAsUser)
	eachContainer(pod, func(container *corev1.Container) {
		if container.SecurityContext == nil {
			container.SecurityContext = &corev1.SecurityContext{}
		}
		own := container.SecurityContext
		refuse(container.Name, "runAsUser", own.RunAsUser)
		if own.RunAsUser == nil && shared.RunAsUser == nil {
			own.RunAsUser = &rules.User
		}
	})
	return refusals
}

func eachContainer(pod *corev1.Pod, change func(*corev1.Container)) {
	for _, containers := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range containers {
			change(&containers[i])
		}
	}
}
