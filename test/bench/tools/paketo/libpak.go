package main

import (
	"bytes"

	"github.com/buildpacks/libcnb"
	"github.com/paketo-buildpacks/libpak"
	"github.com/paketo-buildpacks/libpak/bard"
)

// fetchByLibpak is how Paketo's buildpacks for Java and others got what they need until 2026, and many still do.
func fetchByLibpak(asked question, folder string) (string, string, error) {
	bindings, err := libcnb.NewBindingsForBuild(asked.Platform)
	if err != nil {
		return "", "", err
	}
	cache, err := libpak.NewDependencyCache(libcnb.BuildContext{
		Buildpack: libcnb.Buildpack{Path: asked.Buildpack},
		Platform:  libcnb.Platform{Bindings: bindings, Path: asked.Platform},
	})
	if err != nil {
		return "", "", err
	}
	log := &bytes.Buffer{}
	cache.DownloadPath = folder
	cache.Logger = bard.NewLogger(log)
	file, err := cache.Artifact(libpak.BuildpackDependency{URI: asked.Dependency.URI, SHA256: asked.Dependency.SHA256})
	if err != nil {
		return addressIn(log), "", err
	}
	return addressIn(log), file.Name(), file.Close()
}
