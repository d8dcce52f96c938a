// Command cache-image moves a layer cache to and from a cache image with the lifecycle's own code, and nothing else of a build, so that
// it can be compared with other ways to keep one:
//
//	cache-image save IMAGE CACHE TEMPORARY       the layers of a volume cache to the image
//	cache-image restore IMAGE CACHE TEMPORARY    the layers of the image to an empty volume cache
//
// It prints "ready", waits for a line, works, and prints what that took, in JSON.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/buildpacks/lifecycle/api"
	"github.com/buildpacks/lifecycle/buildpack"
	"github.com/buildpacks/lifecycle/cache"
	"github.com/buildpacks/lifecycle/launch"
	"github.com/buildpacks/lifecycle/layers"
	"github.com/buildpacks/lifecycle/log"
	"github.com/buildpacks/lifecycle/phase"
	"github.com/buildpacks/lifecycle/platform"
	"github.com/google/go-containerregistry/pkg/authn"
	"golang.org/x/sync/errgroup"
)

const (
	committed    = "committed"
	buildpackAPI = "0.10"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 4 {
		return errors.New("usage: cache-image save|restore IMAGE CACHE TEMPORARY")
	}
	what, image, directory, temporary := args[0], args[1], filepath.Join(args[2], committed), args[3]
	logger := log.NewDefaultLogger(os.Stderr)
	work := func() error { return restore(image, directory, logger) }
	if what == "save" {
		exporter, folder, err := prepareSave(directory, temporary, logger)
		if err != nil {
			return err
		}
		work = func() error { return save(image, exporter, folder, logger) }
	}
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	started := time.Now()
	if err := work(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]float64{"seconds": time.Since(started).Seconds()})
}

// open does what the phases do at their start. Like pack's, it deletes nothing from the registry.
func open(image string, logger log.Logger) (*cache.ImageCache, error) {
	deleter := cache.NewImageDeleter(cache.NewImageComparer(), logger, false)
	return cache.NewImageCacheFromName(image, authn.DefaultKeychain, logger, deleter)
}

func save(image string, exporter *phase.Exporter, folder string, logger log.Logger) error {
	store, err := open(image, logger)
	if err != nil {
		return err
	}
	return exporter.Cache(folder, store)
}

// restore writes each layer to a file. The lifecycle would unpack it into the root directory instead, and so takes longer.
func restore(image, directory string, logger log.Logger) error {
	store, err := open(image, logger)
	if err != nil {
		return err
	}
	metadata, err := store.RetrieveMetadata()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	var group errgroup.Group
	for _, each := range metadata.Buildpacks {
		for _, layer := range each.Layers {
			group.Go(func() error { return restoreLayer(store, layer.SHA, directory) })
		}
	}
	return group.Wait()
}

func restoreLayer(store *cache.ImageCache, sha, directory string) error {
	content, err := store.RetrieveLayer(sha)
	if err != nil {
		return err
	}
	defer content.Close()
	file, err := os.Create(filepath.Join(directory, sha+".tar"))
	if err != nil {
		return err
	}
	if _, err := io.Copy(file, content); err != nil {
		return errors.Join(err, file.Close())
	}
	return file.Close()
}

// prepareSave makes a layers directory that looks like the one from which the volume cache was made.
func prepareSave(directory, temporary string, logger log.Logger) (*phase.Exporter, string, error) {
	content, err := os.ReadFile(filepath.Join(directory, cache.MetadataLabel))
	if err != nil {
		return nil, "", err
	}
	var metadata platform.CacheMetadata
	if err := json.Unmarshal(content, &metadata); err != nil {
		return nil, "", err
	}
	folder := filepath.Join(temporary, "layers")
	exporter := &phase.Exporter{Logger: logger, PlatformAPI: api.MustParse("0.15")}
	tars := madeLayers{}
	for _, each := range metadata.Buildpacks {
		exporter.Buildpacks = append(exporter.Buildpacks, buildpack.GroupElement{ID: each.ID, Version: each.Version, API: buildpackAPI})
		for name, layer := range each.Layers {
			path := filepath.Join(folder, launch.EscapeID(each.ID), name)
			if err := os.MkdirAll(path, 0o755); err != nil {
				return nil, "", err
			}
			if err := os.WriteFile(path+".toml", []byte("[types]\ncache = true\n"), 0o644); err != nil {
				return nil, "", err
			}
			tars[path] = layers.Layer{ID: each.ID + ":" + name, TarPath: filepath.Join(directory, layer.SHA+".tar"), Digest: layer.SHA}
		}
	}
	exporter.LayerFactory = tars
	return exporter, folder, nil
}

// madeLayers has the tars of layers by their folders: they are there already, as they are for others that are compared.
type madeLayers map[string]layers.Layer

func (made madeLayers) DirLayer(_, folder, _ string) (layers.Layer, error) {
	layer, found := made[folder]
	if !found {
		return layer, fmt.Errorf("no layer was made of %q", folder)
	}
	return layer, nil
}

var errImageLayer = errors.New("a layer of an image, not of the cache")

func (madeLayers) LauncherLayer(string) (layers.Layer, error) { return layers.Layer{}, errImageLayer }

func (madeLayers) ProcessTypesLayer(launch.Metadata) (layers.Layer, error) {
	return layers.Layer{}, errImageLayer
}

func (madeLayers) SliceLayers(string, []layers.Slice) ([]layers.Layer, error) {
	return nil, errImageLayer
}

func (madeLayers) TarLayer(string, string, string) (layers.Layer, error) {
	return layers.Layer{}, errImageLayer
}
