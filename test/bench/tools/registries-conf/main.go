// Command registries-conf tells where Podman's own code pulls images from: for each line of standard input, a JSON object
// with a registries.conf (version 2) and references, it prints a line with the sources of each reference. Tests compare
// ours with it.
package main

import (
	"bufio"
	_ "crypto/sha256" // the library knows a digest's algorithm only where it is linked in
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"go.podman.io/image/v5/docker/reference"
	"go.podman.io/image/v5/pkg/sysregistriesv2"
	"go.podman.io/image/v5/types"
)

type question struct {
	Conf string `json:"conf"`
	// In full: with a registry, and a tag or a digest.
	References []string `json:"references"`
}

// answer has one route for each reference, or an error when the file is refused.
type answer struct {
	Routes []route `json:"routes"`
	Error  string  `json:"error,omitempty"`
}

// route has the sources in the order in which they are tried.
type route struct {
	Sources []source `json:"sources"`
	Error   string   `json:"error,omitempty"`
}

type source struct {
	Reference string `json:"reference"`
	Insecure  bool   `json:"insecure"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	directory, err := os.MkdirTemp("", "registries-conf-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			return err
		}
		found, err := decide(asked, directory)
		if err != nil {
			return err
		}
		if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
			return err
		}
	}
	return lines.Err()
}

func decide(asked question, directory string) (answer, error) {
	file := filepath.Join(directory, "registries.conf")
	if err := os.WriteFile(file, []byte(asked.Conf), 0o600); err != nil {
		return answer{}, err
	}
	context := &types.SystemContext{
		SystemRegistriesConfPath:    file,
		SystemRegistriesConfDirPath: filepath.Join(directory, "none"),
	}
	sysregistriesv2.InvalidateCache()
	if _, err := sysregistriesv2.TryUpdatingCache(context); err != nil {
		return answer{Error: err.Error()}, nil
	}
	routes := []route{}
	for _, text := range asked.References {
		routes = append(routes, routeOf(context, text))
	}
	return answer{Routes: routes}, nil
}

func routeOf(context *types.SystemContext, text string) route {
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return route{Error: err.Error()}
	}
	pulled, err := pullSources(context, named)
	if err != nil {
		return route{Error: err.Error()}
	}
	sources := []source{}
	for _, each := range pulled {
		insecure, blocked, err := ownRule(context, each.Reference)
		if err != nil {
			return route{Error: err.Error()}
		}
		if !blocked {
			sources = append(sources, source{each.Reference.String(), each.Endpoint.Insecure || insecure})
		}
	}
	return route{Sources: sources}
}

// pullSources is what the image library's client for registries asks, but for one thing: a blocked source with a location of
// its own, which containers-registries.conf(5) forbids to pull from and the client does not notice.
func pullSources(context *types.SystemContext, named reference.Named) ([]sysregistriesv2.PullSource, error) {
	rule, err := sysregistriesv2.FindRegistry(context, named.Name())
	if err != nil {
		return nil, err
	}
	if rule == nil {
		return []sysregistriesv2.PullSource{{Reference: named}}, nil
	}
	sources, err := rule.PullSourcesFromReference(named)
	if err != nil || !rule.Blocked || len(sources) == 0 {
		return sources, err
	}
	return sources[:len(sources)-1], nil
}

// ownRule is what the client looks up for each source by its own name before it connects.
func ownRule(context *types.SystemContext, named reference.Named) (insecure, blocked bool, err error) {
	rule, err := sysregistriesv2.FindRegistry(context, named.Name())
	if err != nil || rule == nil {
		return false, false, err
	}
	return rule.Insecure, rule.Blocked, nil
}
