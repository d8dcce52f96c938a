package main

import (
	"bytes"
	"path/filepath"

	"github.com/buildpacks/libcnb/v2"
	"github.com/paketo-buildpacks/libpak/v2"
	"github.com/paketo-buildpacks/libpak/v2/log"
)

// fetchByLibpak2 is as fetchByLibpak, of the library's second version.
func fetchByLibpak2(asked question, folder string) (string, string, error) {
	bindings, err := libcnb.NewBindingsFromPath(filepath.Join(asked.Platform, "bindings"))
	if err != nil {
		return "", "", err
	}
	text := &bytes.Buffer{}
	cache, err := libpak.NewDependencyCache("a/buildpack", "1", asked.Buildpack, bindings, log.NewPaketoLogger(text))
	if err != nil {
		return "", "", err
	}
	cache.DownloadPath = folder
	file, err := cache.Artifact(libpak.BuildModuleDependency{
		URI:      asked.Dependency.URI,
		SHA256:   libpak.Checksum(asked.Dependency.SHA256),
		Checksum: libpak.Checksum(asked.Dependency.Checksum),
	})
	if err != nil {
		return addressIn(text), "", err
	}
	return addressIn(text), file.Name(), file.Close()
}
