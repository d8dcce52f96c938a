// Command registry is the distribution registry with what the tests use and no more: files as storage, and the two ways
// to authenticate. Without the cloud storage drivers of its own program the build takes half the time.
//
// `registry serve CONFIG` is the registry; `registry attached CONFIG` is the same but ends with its standard input, so
// that none outlives a killed test; `registry htpasswd USER PASSWORD` prints the line that its basic authentication reads.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/distribution/distribution/v3/registry"
	_ "github.com/distribution/distribution/v3/registry/auth/htpasswd"
	_ "github.com/distribution/distribution/v3/registry/auth/token"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
	"golang.org/x/crypto/bcrypt"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 3 && args[0] == "htpasswd" {
		return printPassword(args[1], args[2])
	}
	if len(args) == 2 && args[0] == "attached" {
		go endWithInput()
		registry.RootCmd.SetArgs([]string{"serve", args[1]})
	}
	return registry.RootCmd.Execute()
}

func endWithInput() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// printPassword uses bcrypt's lowest cost: a test's password needs no protection, and each request pays for it.
func printPassword(user, password string) error {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		return err
	}
	_, err = fmt.Printf("%s:%s\n", user, hash)
	return err
}
