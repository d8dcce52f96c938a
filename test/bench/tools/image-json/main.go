// Command image-json tells what Go programs make of an image's documents when they read and write them again: for each line of
// standard input, a JSON object with the kind of a document and its text, it prints a line with the text as written. Tests compare ours with
// it.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/buildpacks/lifecycle/platform/files"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

type question struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

type answer struct {
	Text  string `json:"text"`
	Error string `json:"error,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := json.NewEncoder(os.Stdout).Encode(rewrite(asked)); err != nil {
			os.Exit(1)
		}
	}
}

func rewrite(asked question) answer {
	documents := map[string]any{
		"config":   &v1.ConfigFile{},
		"manifest": &v1.Manifest{},
		"index":    &v1.IndexManifest{},
		"metadata": &files.LayersMetadataCompat{},
	}
	document := documents[asked.Kind]
	if err := json.Unmarshal([]byte(asked.Text), document); err != nil {
		return answer{Error: err.Error()}
	}
	text, err := json.Marshal(document)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Text: string(text)}
}
