// Command paketo fetches dependencies as Paketo's buildpacks do, with the code of their libraries: for each line of standard input, a
// JSON object with a library and what a buildpack has around it, it prints a line with the address that was asked and what came.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

type question struct {
	// One of the readers' names.
	Library string `json:"library"`
	// The platform directory, with bindings.
	Platform string `json:"platform"`
	// The buildpack's own directory.
	Buildpack string `json:"buildpack"`
	// What the process has, beside nothing else.
	Environment map[string]string `json:"environment"`
	Dependency  dependency        `json:"dependency"`
}

// dependency is an entry of a buildpack.toml.
type dependency struct {
	URI      string `json:"uri"`
	SHA256   string `json:"sha256"`
	Checksum string `json:"checksum"`
}

type answer struct {
	URI     string `json:"uri"`
	Content string `json:"content"`
	Error   string `json:"error,omitempty"`
}

// reader fetches into an empty folder and returns the address and the file.
type reader func(asked question, folder string) (uri string, file string, err error)

var readers = map[string]reader{"libpak": fetchByLibpak, "libpak/v2": fetchByLibpak2, "packit": fetchByPackit}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			return err
		}
		found, err := fetch(asked)
		if err != nil {
			return err
		}
		if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
			return err
		}
	}
	return lines.Err()
}

func fetch(asked question) (answer, error) {
	read, known := readers[asked.Library]
	if !known {
		return answer{}, fmt.Errorf("no library is called %q", asked.Library)
	}
	temporary := os.TempDir()
	os.Clearenv()
	for name, value := range asked.Environment {
		if err := os.Setenv(name, value); err != nil {
			return answer{}, err
		}
	}
	folder, err := os.MkdirTemp(temporary, "paketo-")
	if err != nil {
		return answer{}, err
	}
	defer os.RemoveAll(folder)
	uri, file, err := read(asked, folder)
	if err != nil {
		return answer{URI: uri, Error: err.Error()}, nil
	}
	content, err := os.ReadFile(file)
	return answer{URI: uri, Content: string(content)}, err
}

var (
	colours    = regexp.MustCompile("\x1b\\[[0-9;]*m")
	downloaded = regexp.MustCompile(`(?m)Downloading from (.*)$`)
)

// addressIn is the one that libpak says it downloads from.
func addressIn(log fmt.Stringer) string {
	found := downloaded.FindStringSubmatch(colours.ReplaceAllString(log.String(), ""))
	if found == nil {
		return ""
	}
	return strings.TrimSpace(found[1])
}

// onlyFile is the one file below a folder.
func onlyFile(folder string) (string, error) {
	names, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	if len(names) != 1 {
		return "", fmt.Errorf("%d files came, not one", len(names))
	}
	return filepath.Join(folder, names[0].Name()), nil
}
