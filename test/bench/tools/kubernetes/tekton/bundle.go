package main

import (
	"context"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/tektoncd/pipeline/pkg/resolution/resolver/bundle"
)

// resolveQuestion names one object of a Tekton bundle that lies on a registry.
type resolveQuestion struct {
	Bundle string `json:"bundle"`
	Kind   string `json:"kind"`
	Name   string `json:"name"`
}

type resolveAnswer struct {
	// Manifest is the object as it comes out of its layer.
	Manifest    string            `json:"manifest"`
	Annotations map[string]string `json:"annotations"`
	// Digest is the bundle's, by its algorithm.
	Digest map[string]string `json:"digest"`
}

// entry does what the resolver "bundles" does with a reference to a Task or a StepAction.
func entry(question resolveQuestion) (resolveAnswer, error) {
	found, err := bundle.GetEntry(context.Background(), authn.NewMultiKeychain(), bundle.RequestOptions{
		Bundle:    question.Bundle,
		EntryName: question.Name,
		Kind:      question.Kind,
	})
	if err != nil {
		return resolveAnswer{}, err
	}
	return resolveAnswer{
		Manifest:    string(found.Data()),
		Annotations: found.Annotations(),
		Digest:      found.RefSource().Digest,
	}, nil
}
