package main

import (
	"io"

	"github.com/paketo-buildpacks/packit/v2/cargo"
	"github.com/paketo-buildpacks/packit/v2/postal"
)

// watched notes the address that packit's own transport is asked for.
type watched struct {
	cargo.Transport
	uri string
}

func (transport *watched) Drop(root, uri string) (io.ReadCloser, error) {
	transport.uri = uri
	return transport.Transport.Drop(root, uri)
}

// fetchByPackit is how Paketo's buildpacks for Node.js, Python, Go and others get what they need.
func fetchByPackit(asked question, folder string) (string, string, error) {
	transport := &watched{Transport: cargo.NewTransport()}
	wanted := postal.Dependency{
		URI:      asked.Dependency.URI,
		SHA256:   asked.Dependency.SHA256,
		Checksum: asked.Dependency.Checksum,
		Name:     "file",
	}
	err := postal.NewService(transport).Deliver(wanted, asked.Buildpack, folder, asked.Platform)
	if err != nil {
		return transport.uri, "", err
	}
	file, err := onlyFile(folder)
	return transport.uri, file, err
}
